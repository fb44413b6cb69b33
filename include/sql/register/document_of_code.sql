-- Grain: the document of a report that has a code in a version.
-- Parameters: contract_id, report_number, code, version. Re-run: reads only.
select contract_id, report_number, version, position, file_name, sha256, size_bytes
  from register.document
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s and code = %(code)s
 order by position
 limit 1
