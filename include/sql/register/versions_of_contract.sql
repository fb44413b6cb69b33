-- Grain: one version of a contract, of which there is a row or an event. Parameters: contract_id.
-- Grows with: the contract's versions.
-- Re-run: reads only.
select contract_id, report_number, version from register.report where contract_id = %(contract_id)s
union
select contract_id, report_number, version
  from register.event
 where contract_id = %(contract_id)s and report_number is not null and version is not null
 order by 1, 2, 3
