-- Grain: one figure of some kinds in the newest registered version of an earlier report.
-- Parameters: contract_id, issued_reports (array of report numbers), begins (array of how the ids begin).
-- Grows with: the figures of these reports, which are to be few.
-- Re-run: reads only.
with newest as (
    select contract_id, report_number, max(version) as version
      from register.report
     where contract_id = %(contract_id)s and report_number = any(%(issued_reports)s) and registered_at is not null
     group by contract_id, report_number
)
select report_number, version, figure_id, value
  from register.figure join newest using (contract_id, report_number, version)
 where figure_id ^@ any(%(begins)s)
 order by report_number, position
