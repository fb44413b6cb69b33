-- Grain: what one message told a channel, or what waits to be told to it (message_id null).
-- Parameters: channel, message_id, old, new (states), detail. Grows with: the causes of a message.
-- Re-run: changes nothing. What was not taken was not told.
update core.alert
   set state = %(new)s, detail = %(detail)s,
       times = times - case when %(new)s = 'queued' then 1 else 0 end,
       first_sent_at = case when %(new)s = 'queued' and times = 1 then null else first_sent_at end
 where channel = %(channel)s and state = %(old)s and (%(message_id)s::text is null or message_id = %(message_id)s)
returning cause_id
