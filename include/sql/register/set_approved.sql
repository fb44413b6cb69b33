-- Grain: one version of a report. Parameters: contract_id, report_number, version, drafts_sha256.
-- Re-run: the same.
update register.report
   set drafts_sha256 = %(drafts_sha256)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
