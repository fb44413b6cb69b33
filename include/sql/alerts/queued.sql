-- Grain: one cause that a channel is to be told of, and how often it was. Parameters: channel.
-- Grows with: what is to be told.
-- Re-run: reads only.
select c.cause_id, c.kind, c.about, c.contract_ids, c.since, c.said, c.remedy, c.address, a.times
  from core.alert a
  join core.cause c using (cause_id)
 where a.channel = %(channel)s and a.state = 'queued' and c.ended_at is null
 order by c.since, c.cause_id
