-- Grain: one report that a lot of a run has ended with. Parameters: contract_id, report_number, run_id.
-- Grows with: nothing.
-- Re-run: changes nothing.
update core.publication
   set in_lot = false
 where contract_id = %(contract_id)s and report_number = %(report_number)s and run_id = %(run_id)s
