-- Grain: one request to the supervisor of a registered version of a contract. Parameters: scope (contract).
-- Grows with: the versions of the contract. Re-run: reads only.
select distinct split_part(figure_id, '/', 3)
  from register.figure join register.report using (contract_id, report_number, version)
 where contract_id = %(scope)s and registered_at is not null and figure_id ^@ 'request.reports/'
