-- Grain: one report about a delivery, from the row that an event holds as JSON. Parameters: row.
-- Re-run: never: the register is empty before.
insert into register.bounce select * from jsonb_populate_record(null::register.bounce, %(row)s)
