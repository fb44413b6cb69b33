-- Grain: one version of a report, from the rows that an event holds as JSON. Parameters: row.
-- Re-run: never: the register is empty before.
insert into register.report select * from jsonb_populate_record(null::register.report, %(row)s)
