-- Grain: the rejection of a version's drafts in a run, if there was one. Parameters: contract_id, report_number, version,
--   run_id. Re-run: reads only.
select body::jsonb ->> 'by' as by, body::jsonb ->> 'detail' as comment
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event = 'rejected' and body::jsonb #>> '{report,run_id}' = %(run_id)s
 order by position desc
 limit 1
