-- Grain: one finding.
-- Parameters: kind, scope, subject, day, severity, detail, value_before, value_now, run_id.
-- Re-run: the same finding stays one row; one that was resolved is open again, as new.
insert into core.observation (kind, scope, subject, day, severity, detail, value_before, value_now, run_id)
values (%(kind)s, %(scope)s, %(subject)s, %(day)s, %(severity)s, %(detail)s, %(value_before)s, %(value_now)s, %(run_id)s)
on conflict (kind, scope, subject, day) do update
   set severity = excluded.severity,
       detail = excluded.detail,
       value_before = excluded.value_before,
       value_now = excluded.value_now,
       run_id = case when core.observation.resolved_at is null then core.observation.run_id else excluded.run_id end,
       first_seen_at = case when core.observation.resolved_at is null then core.observation.first_seen_at else now() end,
       last_seen_at = now(),
       resolved_at = null
