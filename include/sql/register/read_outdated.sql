-- Grain: one version that is out of date and not superseded, with the newest event that says so.
-- Parameters: none. Re-run: reads only.
select r.contract_id, r.report_number, r.version, r.outdated_at, e.position, e.body::jsonb ->> 'detail' as changes,
       e.body::jsonb ->> 'by' as found_by,
       exists (select 1 from register.event k
                where (k.contract_id, k.report_number, k.version) = (r.contract_id, r.report_number, r.version)
                  and k.event = 'kept' and k.position > e.position) as kept
  from register.report r
  join lateral (select position, body
                  from register.event o
                 where (o.contract_id, o.report_number, o.version) = (r.contract_id, r.report_number, r.version)
                   and o.event = 'outdated'
                 order by position desc
                 limit 1) e on true
 where r.outdated_at is not null and r.state <> 'superseded'
 order by 1, 2, 3
