-- Grain: the newest registered version of each report of a contract that cost reports were loaded for since it was
-- claimed, or that has an open finding.
-- Parameters: contract_id, tenancy_ocid, kind, first_days, last_days (arrays), report_numbers (array, of the same length).
-- Re-run: reads only.
with period as (
    select * from unnest(%(report_numbers)s::text[], %(first_days)s::date[], %(last_days)s::date[])
             as p(report_number, first_day, last_day)
), latest as (
    select distinct on (r.report_number) r.report_number, r.version, r.claimed_at
      from register.report r
     where r.contract_id = %(contract_id)s and r.registered_at is not null
     order by r.report_number, r.version desc
)
select l.report_number, l.version
  from latest l join period p using (report_number)
 where exists (select 1 from raw.batch b
                where b.source = 'oci_cost_reports' and b.scope = %(tenancy_ocid)s and b.loaded_at >= l.claimed_at
                  and b.first_interval < (p.last_day + 1)::timestamp at time zone 'UTC'
                  and b.last_interval >= p.first_day::timestamp at time zone 'UTC')
    or exists (select 1 from core.observation o
                where o.scope = %(contract_id)s and o.kind = %(kind)s and o.resolved_at is null
                  and o.day between p.first_day and p.last_day)
 order by 1
