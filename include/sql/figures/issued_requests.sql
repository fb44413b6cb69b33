-- Grain: one request to the supervisor in one registered version of an earlier report.
-- Parameters: contract_id, issued_reports (array of report numbers). Re-run: reads only.
select report_number, version, figure_id, value
  from register.figure join register.report using (contract_id, report_number, version)
 where contract_id = %(contract_id)s and report_number = any(%(issued_reports)s) and registered_at is not null
   and figure_id ^@ 'request.reports/'
 order by report_number, version, position
