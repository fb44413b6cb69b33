-- Grain: one version of a report, not yet registered.
-- Parameters: contract_id, report_number, version, figures_key, code_version, contract_sha256, needs_approval (these
-- three null: as claimed).
-- Re-run: points to the figures computed last. An approval of earlier ones does not speak of them: it is a draft again.
update register.report
   set figures_key = %(figures_key)s, state = 'draft', drafts_sha256 = null,
       code_version = coalesce(%(code_version)s, code_version),
       contract_sha256 = coalesce(%(contract_sha256)s, contract_sha256),
       needs_approval = coalesce(%(needs_approval)s, needs_approval)
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and registered_at is null
returning state
