-- Grain: one object of a source that a run could not read, with the days that were asked for (null: not of days).
-- Parameters: source, scope, name, etag, reason, run_id, window_from, window_to.
-- Re-run: the same run keeps one row, with the last reason.
insert into raw.batch (source, scope, name, etag, state, reason, run_id, window_from, window_to)
values (%(source)s, %(scope)s, %(name)s, %(etag)s, 'unreadable', %(reason)s, %(run_id)s, %(window_from)s,
        %(window_to)s)
on conflict (source, scope, name, run_id) where sealed_at is null do update
   set etag = excluded.etag, window_from = excluded.window_from, window_to = excluded.window_to,
       state = 'unreadable', reason = excluded.reason, fetched_at = now()
returning batch_id
