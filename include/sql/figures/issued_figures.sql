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
select newest.report_number, newest.version, told.figure_id, told.value
  from newest
  -- Version by version by the index (offset 0): the planner takes so few figures to begin so that it would read all there are.
  cross join lateral (select figure_id, value, position
                        from register.figure f
                       where f.contract_id = newest.contract_id and f.report_number = newest.report_number
                         and f.version = newest.version and f.figure_id ^@ any(%(begins)s)
                      offset 0) told
 order by newest.report_number, told.position
