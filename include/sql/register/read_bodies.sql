-- Grain: one event of a version, in order. Parameters: contract_id, report_number, version. Re-run: reads only.
select body
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
 order by position
