-- Grain: what one message tells a channel. Parameters: channel, cause_ids (array), message_id. Grows with: the causes given.
-- Re-run: changes nothing; what is not queued any more is not given back.
update core.alert
   set state = 'sending', times = times + 1, message_id = %(message_id)s, detail = null,
       first_sent_at = coalesce(first_sent_at, now()), last_sent_at = now()
 where channel = %(channel)s and cause_id = any(%(cause_ids)s) and state = 'queued'
returning cause_id
