-- Grain: the message of a version, all columns. Parameters: contract_id, report_number, version. Re-run: reads only.
select *
  from register.delivery
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
