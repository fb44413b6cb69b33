-- Grain: one report of a calendar whose cut-off is not later than a moment and that may need somebody still, with what is
--   known of it: no version of it is registered, or one still has to be archived or sent.
-- Parameters: at; on_its_way (states of messages that have not come to their end).
-- Grows with: what is open. Of what was issued the keys alone are passed over, by their indexes.
-- Re-run: reads only.
with open as materialized (
    select c.contract_id, c.report_number, c.cut_off, c.file_name
      from core.calendar c
     where c.cut_off <= %(at)s
       and not exists (select from register.report r
                        where r.contract_id = c.contract_id and r.report_number = c.report_number
                          and r.registered_at is not null)
     union
    select c.contract_id, c.report_number, c.cut_off, c.file_name
      from core.calendar c
      join (select contract_id, report_number from register.report where state = 'signed'
             union
            select contract_id, report_number from register.delivery where state = any(%(on_its_way)s)) moving
           using (contract_id, report_number)
     where c.cut_off <= %(at)s
)
select c.contract_id, c.report_number, c.cut_off, c.file_name,
       s.version, coalesce(s.registered, false) as registered, s.state, s.run_id, s.delivery, s.last_word,
       coalesce(p.runs, '{}') as runs
  from open c
  -- The limit keeps the view's question one about this report, where it would be asked about all.
  left join lateral (select * from register.standing n
                      where n.contract_id = c.contract_id and n.report_number = c.report_number
                      limit 1) s on true
  left join lateral (select array_agg(run_id order by begun_at desc, run_id) as runs
                       from core.publication n
                      where n.contract_id = c.contract_id and n.report_number = c.report_number) p on true
 order by c.contract_id, c.cut_off
