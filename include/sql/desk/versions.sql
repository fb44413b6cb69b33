-- Grain: one version of a report that is registered, or the draft of a report that was never registered.
-- Parameters: contract_id, report_number, limit, offset. The newest first.
-- Grows with: the versions of one report.
-- Re-run: reads only.
select r.version, r.state, r.run_id, r.correction_reason, r.requested_by, r.claimed_at, r.registered_at, r.outdated_at,
       r.figures_key
  from register.report r
 where r.contract_id = %(contract_id)s and r.report_number = %(report_number)s
   and (r.registered_at is not null
        or not exists (select
                         from register.report o
                        where o.contract_id = r.contract_id and o.report_number = r.report_number
                          and o.registered_at is not null))
 order by r.version desc
 limit %(limit)s offset %(offset)s
