-- Grain: open findings of some kinds and one scope, about the days that were looked at (and those about no day).
-- Parameters: kinds (array), scope, first, last (days, both included), seen_before (start of the look).
-- Re-run: finds nothing the second time.
update core.observation
   set resolved_at = now()
 where kind = any(%(kinds)s)
   and scope = %(scope)s
   and (day is null or day between %(first)s and %(last)s)
   and resolved_at is null
   and last_seen_at < %(seen_before)s
