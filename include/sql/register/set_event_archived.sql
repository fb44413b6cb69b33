-- Grain: one event. Parameters: position. Re-run: keeps the first moment.
insert into register.archived_event (position) values (%(position)s) on conflict do nothing
