-- Grain: one figure of a version. Columns: those of register.figure, in this order.
-- Grows with: the version's figures.
-- Re-run: never: the caller holds the version's lock and has seen that it is not registered.
copy register.figure (contract_id, report_number, version, position, figure_id, value, unit, source) from stdin
