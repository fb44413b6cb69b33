-- Grain: one version of a report, not yet registered. Parameters: contract_id, report_number, version, figures_key.
-- Re-run: points to the figures computed last.
update register.report
   set figures_key = %(figures_key)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and registered_at is null
