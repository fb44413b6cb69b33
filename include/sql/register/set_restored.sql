-- Grain: one rebuilding of the register. Parameters: position (its last event). Re-run: keeps the first moment.
insert into register.restored (position) values (%(position)s) on conflict do nothing
