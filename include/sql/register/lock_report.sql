-- Grain: one version of a report, locked until the transaction ends.
-- Parameters: contract_id, report_number, version. Re-run: reads only.
select registered_at
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   for update
