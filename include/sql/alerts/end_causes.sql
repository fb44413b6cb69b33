-- Grain: causes that stand no more, with what was to be told of them. Parameters: cause_ids (array).
-- Grows with: the causes given, and their channels.
-- Re-run: changes nothing.
with ended as (
    update core.cause
       set ended_at = now()
     where cause_id = any(%(cause_ids)s) and ended_at is null
    returning cause_id
)
update core.alert a
   set ended_at = now(), state = case when a.state = 'queued' and a.times = 0 then 'ended' else a.state end
  from ended
 where a.cause_id = ended.cause_id
