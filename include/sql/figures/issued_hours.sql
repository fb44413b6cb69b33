-- Grain: one figure of the hour bank in the newest registered version of an earlier report.
-- Parameters: contract_id, issued_reports (array of report numbers).
-- Grows with: these figures of the contract's reports, by an index that has no others.
-- Re-run: reads only.
with newest as (
    select contract_id, report_number, max(version) as version
      from register.report
     where contract_id = %(contract_id)s and report_number = any(%(issued_reports)s) and registered_at is not null
     group by contract_id, report_number
)
select report_number, version, figure_id, value
  from register.figure join newest using (contract_id, report_number, version)
 where starts_with(figure_id, 'hour_bank.')
 order by report_number, position
