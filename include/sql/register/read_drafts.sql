-- Grain: the newest event that says what a version is made of, with its drafts where documents were made since.
-- Parameters: contract_id, report_number, version. Re-run: reads only.
select event, body::jsonb #>> '{report,figures_key}' as figures_key, body::jsonb -> 'drafts' as drafts
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event in ('claimed', 'computed', 'drafted')
 order by position desc
 limit 1
