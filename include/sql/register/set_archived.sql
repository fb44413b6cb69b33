-- Grain: one version of a report. Parameters: contract_id, report_number, version.
-- Re-run: keeps the first moment.
update register.report
   set archived_at = coalesce(archived_at, now())
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
