-- Grain: one version of a report, not yet registered. Parameters: contract_id, report_number, version, evidence_key.
-- Re-run: points to the list that was made last.
update register.report
   set evidence_key = %(evidence_key)s
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and registered_at is null
