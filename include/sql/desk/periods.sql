-- Grain: one report: of each contract the one that was due last and the next one, those that a run set out for lately,
--   that the daily look at the calendars says are missing, that are out of date, or that somebody is asked about; or
--   all of one contract. With what is known of each. Calendars that no look has kept yet are told by a parameter.
-- Parameters: at, since (aware), contract_id (null: every contract), asked, unseen (JSON: contract_id, report_number;
--   of unseen also cut_off, file_name).
-- Grows with: the contracts, and what happened to them since.
-- Re-run: reads only.
with recursive contracts as (
    (select contract_id from core.calendar where %(contract_id)s::text is null order by contract_id limit 1)
     union all
    select (select n.contract_id from core.calendar n where n.contract_id > c.contract_id order by n.contract_id limit 1)
      from contracts c
     where c.contract_id is not null
), keys as (
    select c.contract_id, d.report_number
      from contracts c
     cross join lateral ((select report_number from core.calendar
                           where contract_id = c.contract_id and cut_off <= %(at)s order by cut_off desc limit 1)
                          union all
                         (select report_number from core.calendar
                           where contract_id = c.contract_id and cut_off > %(at)s order by cut_off limit 1)) d
     union
    select contract_id, report_number
      from core.publication
     where %(contract_id)s::text is null and begun_at >= %(since)s
     union
    select split_part(subject, ' ', 1), substr(subject, strpos(subject, ' ') + 1)
      from core.observation
     where %(contract_id)s::text is null and scope = 'calendar' and resolved_at is null
     union
    select contract_id, report_number
      from register.report
     where %(contract_id)s::text is null and outdated_at is not null and state <> 'superseded'
     union
    select contract_id, report_number
      from jsonb_to_recordset(%(asked)s::jsonb) as a (contract_id text, report_number text)
     where %(contract_id)s::text is null
     union
    select contract_id, report_number
      from core.calendar
     where contract_id = %(contract_id)s
), owed as (
    select c.contract_id, c.report_number, c.cut_off, c.file_name
      from keys k
     cross join lateral (select *  -- by its key, one by one: a join would read all that there ever was
                           from core.calendar
                          where contract_id = k.contract_id and report_number = k.report_number
                          limit 1) c
     union
    select contract_id, report_number, cut_off, file_name
      from jsonb_to_recordset(%(unseen)s::jsonb)
           as u (contract_id text, report_number text, cut_off timestamptz, file_name text)
)
select o.contract_id, o.report_number, o.cut_off, o.file_name,
       s.version, coalesce(s.registered, false) as registered, s.state, s.run_id, s.delivery, s.last_word,
       coalesce(p.runs, '{}') as runs, r.outdated_at
  from owed o
  left join lateral (select *
                       from register.standing
                      where contract_id = o.contract_id and report_number = o.report_number) s on true
  left join lateral (select array_agg(run_id order by begun_at desc, run_id) as runs
                       from core.publication
                      where contract_id = o.contract_id and report_number = o.report_number) p on true
  left join lateral (select outdated_at
                       from register.report
                      where (contract_id, report_number, version) = (o.contract_id, o.report_number, s.version)
                      limit 1) r on true
 order by o.cut_off, o.contract_id, o.report_number
