-- Grain: the newest registered version of a report. Parameters: contract_id, report_number. Re-run: reads only.
select max(version)
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and registered_at is not null
