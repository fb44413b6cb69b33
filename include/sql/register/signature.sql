-- Grain: one signed document, with its newest bytes. Parameters: contract_id, report_number, version, position.
-- Re-run: reads only.
select contract_id, report_number, version, position, file_name, asked, reached, lacking, until, at, number, sha256,
       size_bytes, blob_key
  from register.signature
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and position = %(position)s
