-- Grain: what a channel is told of one thing. Parameters: channel, cause_id, state. Grows with: nothing.
-- Re-run: changes nothing.
update core.alert set state = %(state)s where channel = %(channel)s and cause_id = %(cause_id)s
