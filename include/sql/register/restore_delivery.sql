-- Grain: the message of a version, from the row that an event holds as JSON. Parameters: row.
-- Re-run: never: the register is empty before.
insert into register.delivery select * from jsonb_populate_record(null::register.delivery, %(row)s)
