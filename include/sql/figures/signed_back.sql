-- Grain: one PDF of the newest registered version of an earlier report, with how it came back signed first: a signature
-- goes before a copy. Parameters: contract_id, issued_reports (array of report numbers). Re-run: reads only.
with newest as (
    select contract_id, report_number, max(version) as version
      from register.report
     where contract_id = %(contract_id)s and report_number = any(%(issued_reports)s) and registered_at is not null
     group by contract_id, report_number
)
select distinct on (d.report_number, d.position)
       d.report_number, d.version, d.kind, d.title, told.kind as how, told.role,
       coalesce(told.signed_at, e.body::jsonb ->> 'at')::timestamptz as at, e.body::jsonb ->> 'by' as by
  from register.document d
  join newest using (contract_id, report_number, version)
  left join register.event e
    on e.event = 'returned'
   and (e.contract_id, e.report_number, e.version) = (d.contract_id, d.report_number, d.version)
   and e.body::jsonb #>> '{returned,position}' = d.position::text
  left join lateral jsonb_to_record(e.body::jsonb -> 'returned') as told(kind text, role text, signed_at text) on true
 where d.media_type = 'application/pdf'
 order by d.report_number, d.position, told.kind, at
