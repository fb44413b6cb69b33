-- Grain: one report that is due between two moments and is not issued yet, the next first.
-- Parameters: at, until (aware).
-- Grows with: the calendars, read once a week.
-- Re-run: reads only.
select c.contract_id, c.report_number, c.cut_off
  from core.calendar c
 where c.cut_off > %(at)s and c.cut_off <= %(until)s
   and not exists (select from register.report r
                    where r.contract_id = c.contract_id and r.report_number = c.report_number
                      and r.registered_at is not null)
 order by c.cut_off, c.contract_id, c.report_number
