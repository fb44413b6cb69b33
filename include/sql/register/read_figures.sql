-- Grain: one figure of a version. Parameters: contract_id, report_number, version. Re-run: reads only.
select figure_id as id, value, unit, source
  from register.figure
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
 order by position
