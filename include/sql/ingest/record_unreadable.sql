-- Grain: one object of a source that a run could not read.
-- Parameters: source, scope, name, etag, reason, run_id.
-- Re-run: the same run keeps one row, with the last reason.
insert into raw.batch (source, scope, name, etag, state, reason, run_id)
values (%(source)s, %(scope)s, %(name)s, %(etag)s, 'unreadable', %(reason)s, %(run_id)s)
on conflict (source, scope, name, run_id) where sealed_at is null do update
   set etag = excluded.etag, state = 'unreadable', reason = excluded.reason, fetched_at = now()
returning batch_id
