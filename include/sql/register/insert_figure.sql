-- Grain: one figure of a version. Parameters: the columns of register.figure.
-- Re-run: never: the caller holds the version's lock and has seen that it is not registered.
insert into register.figure (contract_id, report_number, version, position, figure_id, value, unit, source)
values (%(contract_id)s, %(report_number)s, %(version)s, %(position)s, %(figure_id)s, %(value)s, %(unit)s, %(source)s)
