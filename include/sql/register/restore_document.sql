-- Grain: one document of a version, from the rows that an event holds as JSON. Parameters: row.
-- Re-run: never: the register is empty before.
insert into register.document select * from jsonb_populate_record(null::register.document, %(row)s)
