-- Grain: what a question was about when it was put last, if it was. Questions from before they had names are known by run.
-- Parameters: contract_id, report_number, version, question, run_id. Re-run: reads only.
select body::jsonb ->> 'detail'
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event = 'asked'
   and coalesce(body::jsonb ->> 'question' = %(question)s, body::jsonb #>> '{report,run_id}' = %(run_id)s)
 order by position desc
 limit 1
