-- Grain: one version of a report. Parameters: contract_id, report_number, version. Re-run: reads only.
select run_id, correction_reason, figures_key, claimed_at, registered_at, archived_at, state, period_from, period_to,
       code_version, contract_sha256, figures_sha256, requested_by, needs_approval, drafts_sha256, sends,
       evidence_key
  from register.report
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
