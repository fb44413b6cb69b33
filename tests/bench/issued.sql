-- Reports of these contracts that were issued, as the register and the reviews know them; after history.sql.
-- Parameters: numbers, first_days, last_days (arrays). One statement ends where a line ends with a semicolon.
create temp table report as
select contract_id, report_number, first_day, last_day, (last_day + 1)::timestamp at time zone 'UTC' as issued_at,
       row_number() over (order by last_day, number) as nth
  from of, unnest(%(numbers)s::text[], %(first_days)s::date[], %(last_days)s::date[]) p(report_number, first_day, last_day);
insert into register.report (contract_id, report_number, version, run_id, claimed_at, registered_at, archived_at, state,
                             period_from, period_to)
select contract_id, report_number, 1, 'close-' || report_number, issued_at, issued_at, issued_at, 'sent', first_day,
       last_day
  from report;
insert into register.figure (contract_id, report_number, version, position, figure_id, value, unit, source)
select contract_id, report_number, 1, position,
       case when position < 4 then 'hour_bank.' else 'usage.' end || position, 1, 'hours', 'hour_bank'
  from report, generate_series(1, 100) position;
insert into register.document (contract_id, report_number, version, position, kind, title, code, file_name, media_type,
                               sha256, size_bytes, blob_key, archive_key)
select contract_id, report_number, 1, position, 'kind-' || position, 't', 'c', position || '.pdf', 'application/pdf', 's',
       1, 'b', 'a' || position
  from report, generate_series(1, 4) position;
insert into register.delivery (contract_id, report_number, version, message_id, recipient, message_key, state, sent_at)
select contract_id, report_number, 1, contract_id || report_number, 'r', 'k', 'sent', issued_at from report;
insert into core.report_review (contract_id, report_number, version, reviewed_at)
select contract_id, report_number, 1, (select max(read_at) from day) - interval '3 hours' from report;
insert into core.calendar (contract_id, report_number, cut_off, file_name)
select contract_id, report_number, issued_at, 'f' from report;
insert into core.publication (contract_id, report_number, run_id)
select contract_id, report_number, 'close-' || report_number from report;
insert into core.quality_result (run_id, contract_id, check_id, subject, severity, passed, detail, checked_at)
select 'close-' || report_number, contract_id, 'check.' || number, report_number, 'warning', number > 2, 'all', issued_at
  from report, generate_series(1, 30) number;
insert into register.event (position, body, sha256)
select position, body, md5(body)
  from (select 10 * (nth - 1) + step as position,
               jsonb_build_object('position', 10 * (nth - 1) + step, 'previous', '', 'at', issued_at,
                                  'event', (array['claimed', 'computed', 'drafted', 'approved', 'signed', 'archived',
                                                  'queued', 'sending', 'sent', 'noted'])[step],
                                  'contract_id', contract_id, 'report_number', report_number, 'version', 1,
                                  'state', 'sent')::text as body
          from report, generate_series(1, 10) step) told
 order by position;
insert into register.archived_event (position) select position from register.event
