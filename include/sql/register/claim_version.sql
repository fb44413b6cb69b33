-- Grain: one version of a report, claimed by a run.
-- Parameters: contract_id, report_number, run_id, correction_reason, period_from, period_to, code_version,
-- contract_sha256, requested_by, needs_approval, sends.
-- Re-run: the same run gets the same version; a version that was never registered is taken over, as a draft.
with latest as (
    select version, registered_at
      from register.report
     where contract_id = %(contract_id)s and report_number = %(report_number)s
     order by version desc
     limit 1
)
insert into register.report (contract_id, report_number, version, run_id, correction_reason, period_from, period_to,
                             code_version, contract_sha256, requested_by, needs_approval, sends)
select %(contract_id)s, %(report_number)s,
       coalesce((select case when registered_at is null then version else version + 1 end from latest), 1),
       %(run_id)s, %(correction_reason)s, %(period_from)s, %(period_to)s, %(code_version)s, %(contract_sha256)s,
       %(requested_by)s, %(needs_approval)s, %(sends)s
on conflict (contract_id, report_number, version) do update
   set run_id = excluded.run_id, correction_reason = excluded.correction_reason, figures_key = null,
       claimed_at = now(), state = 'draft', period_from = excluded.period_from, period_to = excluded.period_to,
       code_version = excluded.code_version, contract_sha256 = excluded.contract_sha256,
       requested_by = excluded.requested_by, needs_approval = excluded.needs_approval, drafts_sha256 = null,
       sends = excluded.sends
 where register.report.registered_at is null
returning version
