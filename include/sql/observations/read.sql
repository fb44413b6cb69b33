-- Grain: one open finding of some scopes, about days of a period or about no day.
-- Parameters: scopes (array), first, last (days, both included).
-- Re-run: reads only.
select kind, scope, subject, day, severity, detail, value_before, value_now
  from core.observation
 where scope = any(%(scopes)s)
   and (day is null or day between %(first)s and %(last)s)
   and resolved_at is null
 order by kind, subject, day
