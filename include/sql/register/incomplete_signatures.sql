-- Grain: one signed document of a version that stands, whose signature is at a lower level than was asked for.
-- Parameters: most. Re-run: reads only.
select contract_id, report_number, version, position, file_name, asked, reached, lacking, until, at, number, sha256,
       size_bytes, blob_key
  from register.signature
 where array_position(array['B-B', 'B-T', 'B-LT', 'B-LTA'], reached)
     < array_position(array['B-B', 'B-T', 'B-LT', 'B-LTA'], asked)
   and state <> 'superseded'
 order by at, contract_id, report_number, version, position
 limit %(most)s
