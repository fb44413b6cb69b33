-- Grain: one document of a version. Parameters: contract_id, report_number, version. Re-run: reads only.
select position, kind, title, code, file_name, media_type, sha256, size_bytes, blob_key, archive_key
  from register.document
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
 order by position
