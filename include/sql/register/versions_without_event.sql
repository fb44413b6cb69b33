-- Grain: one version that the chain knows nothing of. Parameters: none. Re-run: reads only.
select r.contract_id, r.report_number, r.version
  from register.report r
 where not exists (select 1 from register.event e
                    where (e.contract_id, e.report_number, e.version) = (r.contract_id, r.report_number, r.version))
 order by 1, 2, 3
