-- Grain: one open finding of severity alert that this run was the first to see.
-- Parameters: run_id. Re-run: reads only.
select kind, scope, subject, day, severity, detail, value_before, value_now
  from core.observation
 where run_id = %(run_id)s and severity = 'alert' and resolved_at is null
 order by kind, scope, subject, day
