-- Grain: the newest registered version of each of some reports of a contract, about whose days nothing new was loaded
--   by a moment.
-- Parameters: contract_id, report_numbers (array), reviewed_at.
-- Grows with: the contract's reports.
-- Re-run: sets it again. A version that was registered within the hour before is left to the next review: it may not have
--   been there when its report was looked at.
insert into core.report_review (contract_id, report_number, version, reviewed_at)
select contract_id, report_number, max(version), %(reviewed_at)s
  from register.report
 where contract_id = %(contract_id)s and report_number = any(%(report_numbers)s) and registered_at is not null
 group by contract_id, report_number
having max(registered_at) < %(reviewed_at)s::timestamptz - interval '1 hour'
on conflict (contract_id, report_number, version) do update set reviewed_at = excluded.reviewed_at
