-- Grain: one run that looked through a place for some days.
-- Parameters: source, scope, run_id, window_from, window_to. Re-run: the same run keeps one row, with the last moment.
insert into raw.listing (source, scope, run_id, window_from, window_to)
values (%(source)s, %(scope)s, %(run_id)s, %(window_from)s, %(window_to)s)
on conflict (source, scope, run_id) do update
   set window_from = excluded.window_from, window_to = excluded.window_to, listed_at = now()
