-- Grain: what a channel is to be told of one cause. Parameters: channel, cause_id. Grows with: nothing.
-- Re-run: one row; what ended and came back is to be told again.
insert into core.alert (channel, cause_id)
values (%(channel)s, %(cause_id)s)
on conflict (channel, cause_id) do update
   set state = 'queued', times = 0, message_id = null, first_sent_at = null, last_sent_at = null, detail = null,
       ended_at = null
 where core.alert.ended_at is not null
