-- Grain: one version that was registered since a moment, with what became of its message; the newest first.
-- Parameters: since (aware).
-- Grows with: what was registered since.
-- Re-run: reads only.
select r.contract_id, r.report_number, r.version, r.registered_at, d.state
  from register.report r
  left join register.delivery d using (contract_id, report_number, version)
 where r.registered_at >= %(since)s
 order by r.registered_at desc, r.contract_id, r.report_number, r.version
