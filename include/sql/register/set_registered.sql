-- Grain: one version of a report. Parameters: contract_id, report_number, version, figures_sha256.
-- Re-run: keeps the first moment.
update register.report
   set registered_at = coalesce(registered_at, now()), figures_sha256 = coalesce(figures_sha256, %(figures_sha256)s)
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
