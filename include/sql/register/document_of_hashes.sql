-- Grain: the longest of the issued documents, and of what was added to them later, that have one of some hashes.
-- Parameters: hashes (array). Grows with: the hashes. Re-run: reads only.
select contract_id, report_number, version, position, file_name, sha256, size_bytes
  from (select contract_id, report_number, version, position, file_name, sha256, size_bytes
          from register.document
         where sha256 = any(%(hashes)s)
        union all
        select e.contract_id, e.report_number, e.version, more.position, e.body::jsonb ->> 'detail', more.sha256, more.size_bytes
          from register.event e
         cross join jsonb_to_record(e.body::jsonb -> 'extension') as more(position integer, sha256 text, size_bytes bigint)
         where e.event = 'extended' and e.body::jsonb #>> '{extension,sha256}' = any(%(hashes)s)) ours
 order by size_bytes desc
 limit 1
