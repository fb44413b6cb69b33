-- Grain: one registered version. Parameters: contract_id, report_number, version, reviewed_at. Re-run: sets it again.
insert into core.report_review (contract_id, report_number, version, reviewed_at)
values (%(contract_id)s, %(report_number)s, %(version)s, %(reviewed_at)s)
on conflict (contract_id, report_number, version) do update set reviewed_at = excluded.reviewed_at
