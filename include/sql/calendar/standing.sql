-- Grain: what is known of one report. Parameters: contract_id, report_number. Re-run: reads only.
select s.version, coalesce(s.registered, false) as registered, s.state, s.run_id, s.delivery, s.last_word,
       coalesce((select array_agg(p.run_id order by p.begun_at desc, p.run_id)
                   from core.publication p
                  where p.contract_id = %(contract_id)s and p.report_number = %(report_number)s), '{}') as runs
  from (select) one
  left join register.standing s on s.contract_id = %(contract_id)s and s.report_number = %(report_number)s
