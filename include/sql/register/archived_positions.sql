-- Grain: one event that was put into the archive. Parameters: none. Re-run: reads only.
select position from register.archived_event
