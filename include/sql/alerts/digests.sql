-- Grain: one channel that a week's digest is still to be sent to. Parameters: cause_id.
-- Grows with: the channels.
-- Re-run: reads only.
select channel from core.alert where cause_id = %(cause_id)s and state = 'queued' order by channel
