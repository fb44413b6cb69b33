-- Grain: the open findings of one kind and scope that one run was the first to see, and that somebody must act on; one
--   of them in words. What the calendars' look and mail servers told is told by how the reports stand.
-- Parameters: since (aware): what is older is told no more, but for what was refused, which stands until somebody settles it.
-- Grows with: what is open.
-- Re-run: reads only.
select kind, scope, run_id, count(*) as findings, min(first_seen_at) as since,
       (array_agg(detail order by day nulls first, subject))[1] as detail
  from core.observation
 where resolved_at is null
   and (severity = 'alert' or kind in ('collection.refused', 'signing.certificate_expires'))
   and (kind = 'collection.refused' or first_seen_at >= %(since)s)
   and kind not in ('calendar.report_due', 'calendar.not_delivered', 'delivery.bounced')
 group by kind, scope, run_id
 order by kind, scope, run_id
