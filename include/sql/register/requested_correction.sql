-- Grain: the decision that asked for a publication by its run. Parameters: run_id. Re-run: reads only.
select contract_id, report_number, version, body::jsonb ->> 'by' as by, body::jsonb ->> 'detail' as reason,
       (body::jsonb ->> 'sends')::boolean as sends
  from register.event
 where event = 'correction_requested' and body::jsonb ->> 'publishes' = %(run_id)s
 order by position
 limit 1
