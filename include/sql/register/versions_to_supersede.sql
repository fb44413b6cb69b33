-- Grain: one earlier registered version that is not superseded yet.
-- Parameters: contract_id, report_number, version (the new one). Re-run: reads only.
select version, state
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version < %(version)s
   and registered_at is not null and state <> 'superseded'
 order by version
