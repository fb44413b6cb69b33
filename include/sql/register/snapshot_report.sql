-- Grain: one version of a report, all columns. Parameters: contract_id, report_number, version. Re-run: reads only.
select *
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
