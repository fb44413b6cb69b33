-- Grain: one version of a report, in the order of the keys. Parameters: none. Re-run: reads only.
select contract_id, report_number, version from register.report order by 1, 2, 3
