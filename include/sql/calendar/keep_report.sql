-- Grain: one report of a contract's calendar. Parameters: contract_id, report_number, cut_off, file_name.
-- Re-run: the same report stays one row.
insert into core.calendar (contract_id, report_number, cut_off, file_name)
values (%(contract_id)s, %(report_number)s, %(cut_off)s, %(file_name)s)
on conflict (contract_id, report_number) do update
   set cut_off = excluded.cut_off, file_name = excluded.file_name, seen_at = now()
