-- Grain: one report of a calendar whose cut-off is not later than a moment, with what is known of it.
-- Parameters: at. Re-run: reads only.
select c.contract_id, c.report_number, c.cut_off, c.file_name,
       s.version, coalesce(s.registered, false) as registered, s.state, s.run_id, s.delivery, s.last_word,
       coalesce(p.runs, '{}') as runs
  from core.calendar c
  left join register.standing s using (contract_id, report_number)
  left join (select contract_id, report_number, array_agg(run_id order by begun_at desc, run_id) as runs
               from core.publication
              group by contract_id, report_number) p using (contract_id, report_number)
 where c.cut_off <= %(at)s
 order by c.contract_id, c.cut_off
