-- Grain: one event that lies in the archive. Parameters: positions.
-- Grows with: the events that are given.
-- Re-run: keeps the first moment.
insert into register.archived_event (position) select unnest(%(positions)s::bigint[]) on conflict do nothing
