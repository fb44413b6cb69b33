-- Grain: one version of a report, when it is in the state that is expected (compare-and-set).
-- Parameters: contract_id, report_number, version, old, new.
-- Re-run: changes nothing, and gives no row: the version is not in the old state any more.
-- A version that goes back to draft is approved no longer.
update register.report
   set state = %(new)s,
       drafts_sha256 = case when %(new)s <> 'draft' then drafts_sha256 end
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
   and state = %(old)s
returning version
