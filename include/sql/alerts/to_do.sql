-- Grain: one channel that something is to be told to, or that somebody was telling something. Parameters: none.
-- Grows with: what is to be told.
-- Re-run: reads only.
select distinct a.channel
  from core.alert a
  left join core.cause c on c.cause_id = a.cause_id and c.ended_at is null
 where a.state = 'sending' or (a.state = 'queued' and c.cause_id is not null)
 order by a.channel
