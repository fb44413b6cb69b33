-- Grain: one figure of the hour bank as the newest registered version of a report prints it.
-- Parameters: contract_id, report_number, figures (array).
-- Grows with: nothing.
-- Re-run: reads only.
select f.figure_id, f.value, f.version
  from register.figure f
 where f.contract_id = %(contract_id)s and f.report_number = %(report_number)s and starts_with(f.figure_id, 'hour_bank.')
   and f.version = (select max(version) from register.report
                     where contract_id = %(contract_id)s and report_number = %(report_number)s
                       and registered_at is not null)
   and f.figure_id = any(%(figures)s)
