-- Grain: whether the chain tells already what a report about a delivery says, because it was read before the register
-- was restored. The words may have been others then; another report under the same name is told by register.bounce.
-- Parameters: contract_id, report_number, version, object_key, sha256. Re-run: reads only.
select 1
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and event = 'failed' and starts_with(body::jsonb ->> 'detail', %(object_key)s || ': ')
   and not exists (select 1 from register.bounce where object_key = %(object_key)s and sha256 <> %(sha256)s)
 limit 1
