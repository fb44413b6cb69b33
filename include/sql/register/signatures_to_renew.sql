-- Grain: one document whose last time stamp of the whole is from before a moment, the oldest first; superseded ones too.
-- Parameters: before, most. Re-run: reads only.
select contract_id, report_number, version, position, file_name, asked, reached, lacking, until, at, number, sha256,
       size_bytes, blob_key
  from register.signature
 where reached = 'B-LTA' and at < %(before)s
 order by at, contract_id, report_number, version, position
 limit %(most)s
