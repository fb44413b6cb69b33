-- Grain: what a run asked first about a version, if it asked. Parameters: contract_id, report_number, version, run_id.
-- Re-run: reads only.
select body::jsonb ->> 'detail'
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event = 'asked' and body::jsonb #>> '{report,run_id}' = %(run_id)s
 order by position
 limit 1
