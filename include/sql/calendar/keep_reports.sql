-- Grain: the reports of a contract's calendar: the new ones, those that it says otherwise now, and none that it has no more.
-- Parameters: contract_id, file_name; numbers, cut_offs (arrays in one order).
-- Grows with: the contract's calendar, which is compared; written is what changed.
-- Re-run: the same report stays one row.
with said as (
    select * from unnest(%(numbers)s::text[], %(cut_offs)s::timestamptz[]) each(report_number, cut_off)
), gone as (
    delete from core.calendar
     where contract_id = %(contract_id)s and report_number <> all(%(numbers)s)
)
insert into core.calendar as held (contract_id, report_number, cut_off, file_name)
select %(contract_id)s, report_number, cut_off, %(file_name)s from said
    on conflict (contract_id, report_number) do update
   set cut_off = excluded.cut_off, file_name = excluded.file_name
 where (held.cut_off, held.file_name) is distinct from (excluded.cut_off, excluded.file_name)
