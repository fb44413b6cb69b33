-- Grain: one message to a channel that has a name of its own, as a week's digest. Parameters: channel, cause_id.
-- Grows with: nothing. Re-run: reads only.
select state from core.alert where channel = %(channel)s and cause_id = %(cause_id)s
