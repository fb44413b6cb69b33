-- Grain: one event. Parameters: position, body, sha256.
-- Re-run: never: the caller holds the register's lock; a position that is taken is an error.
insert into register.event (position, body, sha256) values (%(position)s, %(body)s, %(sha256)s)
