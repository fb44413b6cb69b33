-- Grain: one number of a finding in the newest registered version of one of the last reports before a period.
-- Parameters: contract_id, recent_reports (array of report numbers, a few). Re-run: reads only.
with newest as (
    select contract_id, report_number, max(version) as version
      from register.report
     where contract_id = %(contract_id)s and report_number = any(%(recent_reports)s) and registered_at is not null
     group by contract_id, report_number
)
select report_number, version, figure_id, value
  from register.figure join newest using (contract_id, report_number, version)
 where starts_with(figure_id, 'finding/')
 order by report_number, position
