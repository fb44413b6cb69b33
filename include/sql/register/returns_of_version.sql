-- Grain: one file that came back of a version, in order. Parameters: contract_id, report_number, version. Re-run: reads only.
select told.position, told.kind, told.sha256, told.size_bytes, told.blob_key, told.signer, told.trusted,
       coalesce(told.signed_at, e.body::jsonb ->> 'at')::timestamptz as at, e.body::jsonb ->> 'by' as by
  from register.event e
 cross join jsonb_to_record(e.body::jsonb -> 'returned')
       as told(position integer, kind text, sha256 text, size_bytes bigint, blob_key text, signer text, trusted boolean,
               signed_at text)
 where e.event = 'returned'
   and (e.contract_id, e.report_number, e.version) = (%(contract_id)s, %(report_number)s, %(version)s)
 order by e.position
