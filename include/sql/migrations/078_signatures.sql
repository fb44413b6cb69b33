-- How each signed document was signed, and the newest of its bytes: what was added later lies under a hash of its own.
create index event_of_signature on register.event (contract_id, report_number, version) where event in ('signed', 'extended');
-- Few lack something, and they are asked for at each round of the alerts: the others of all history are not looked at.
create index event_of_lacking_signature on register.event (contract_id, report_number, version)
 where event = 'signed' and jsonb_path_exists(body::jsonb, '$.signatures[*].lacking ? (@ != null)');

create view register.signature as
select r.contract_id, r.report_number, r.version, r.state, d.position, d.file_name, told.asked,
       coalesce(more.reached, told.reached) as reached,
       case when more.reached is null then told.lacking end as lacking,
       case when more.reached is null then told.until else more.until end as until,
       coalesce(more.at, (signed.body::jsonb ->> 'at')::timestamptz) as at,
       coalesce(more.number, 1) as number,
       coalesce(more.sha256, d.sha256) as sha256,
       coalesce(more.size_bytes, d.size_bytes) as size_bytes,
       coalesce(more.blob_key, d.blob_key) as blob_key
  from register.event signed
 cross join jsonb_to_recordset(signed.body::jsonb -> 'signatures')
       as told(position integer, asked text, reached text, lacking text, until timestamptz)
  join register.report r using (contract_id, report_number, version)
  join register.document d
    on (d.contract_id, d.report_number, d.version, d.position)
     = (r.contract_id, r.report_number, r.version, told.position)
  left join lateral (
           select each.number, each.reached, each.until, each.sha256, each.size_bytes, each.blob_key,
                  (e.body::jsonb ->> 'at')::timestamptz as at
             from register.event e
            cross join jsonb_to_record(e.body::jsonb -> 'extension')
                  as each(position integer, number integer, reached text, until timestamptz, sha256 text,
                          size_bytes bigint, blob_key text)
            where (e.contract_id, e.report_number, e.version) = (r.contract_id, r.report_number, r.version)
              and e.event = 'extended' and each.position = told.position
            order by e.position desc
            limit 1) more on true
 where signed.event = 'signed';
comment on view register.signature is 'Signed documents since levels are recorded: asked, reached, and their newest bytes.';
