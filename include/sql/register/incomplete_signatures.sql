-- Grain: one signed document of a version that stands, whose signature is at a lower level than was asked for.
-- Parameters: most. Re-run: reads only. Grows with those that ever lacked something, by the index of these alone.
select contract_id, report_number, version, position, file_name, asked, reached, lacking, until, at, number, sha256,
       size_bytes, blob_key
  from register.signature
 where (contract_id, report_number, version) in (
           select contract_id, report_number, version
             from register.event
            where event = 'signed' and jsonb_path_exists(body::jsonb, '$.signatures[*].lacking ? (@ != null)'))
   and array_position(array['B-B', 'B-T', 'B-LT', 'B-LTA'], reached)
     < array_position(array['B-B', 'B-T', 'B-LT', 'B-LTA'], asked)
   and state <> 'superseded'
 order by at, contract_id, report_number, version, position
 limit %(most)s
