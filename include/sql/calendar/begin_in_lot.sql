-- Grain: one report that a lot of a run begins to work on; none where one is at it already, or died over it.
-- Parameters: contract_id, report_number, run_id.
-- Grows with: nothing.
-- Re-run: gives nothing until the lot has ended with the report.
insert into core.publication as p (contract_id, report_number, run_id, in_lot)
values (%(contract_id)s, %(report_number)s, %(run_id)s, true)
on conflict (contract_id, report_number, run_id) do update set in_lot = true where not p.in_lot
returning in_lot
