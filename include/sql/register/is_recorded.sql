-- Grain: whether the chain tells already of an event of a version, in the same words.
-- Parameters: contract_id, report_number, version, event, detail. Re-run: reads only.
select 1
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event = %(event)s and body::jsonb ->> 'detail' = %(detail)s
 limit 1
