-- Grain: what a channel is told once more of a cause that stands: a question that waits, and what may not have arrived.
-- Parameters: before (aware): what was told after it is not told yet.
-- Grows with: the questions that wait, and what is in doubt.
-- Re-run: changes nothing.
update core.alert a
   set state = 'queued'
  from core.cause c
 where c.cause_id = a.cause_id and c.ended_at is null
   and a.last_sent_at < %(before)s
   and (a.state = 'ambiguous' or (a.state = 'sent' and c.kind = 'question'))
