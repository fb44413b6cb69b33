-- Grain: one answer that a person leaves refused, unreadable or without some of its rows.
-- Parameters: batch_id, settled_by, why. Re-run: what was said first stays. An answer that is in force gives no row.
insert into raw.settled_refusal (batch_id, source, scope, name, etag, reason, settled_by, why)
select batch_id, source, scope, name, etag, reason, %(settled_by)s, %(why)s
  from raw.batch
 where batch_id = %(batch_id)s
   and (state in ('quarantined', 'unreadable') or (state = 'loaded' and reason is not null))
on conflict (batch_id) do update set batch_id = excluded.batch_id
returning source, scope, name
