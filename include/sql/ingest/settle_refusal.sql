-- Grain: one answer that a person leaves refused, unreadable or without some of its rows, or releases.
-- Parameters: batch_id, decision, settled_by, why. Re-run: what was said first stays. An answer that is in force gives no
--   row, unless it was released.
insert into raw.settled_refusal (batch_id, source, scope, name, etag, reason, decision, settled_by, why)
select batch_id, source, scope, name, etag, reason, %(decision)s, %(settled_by)s, %(why)s
  from raw.batch
 where batch_id = %(batch_id)s
   and (state in ('quarantined', 'unreadable') or (state = 'loaded' and reason is not null)
        or exists (select from raw.settled_refusal s where s.batch_id = %(batch_id)s and s.decision = %(decision)s))
on conflict (batch_id, decision) do update set batch_id = excluded.batch_id
returning source, scope, name
