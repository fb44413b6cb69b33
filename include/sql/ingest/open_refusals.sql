-- Grain: one answer that was refused, could not be read, or was loaded without some of its rows, that no later answer took
--   the place of and nobody settled.
-- Parameters: scopes (array). Re-run: reads only. Grows with what was ever refused, never with what was loaded.
select r.batch_id, r.source, r.scope, r.name, r.state, coalesce(r.reason, '') as reason, r.fetched_at as came_at,
       r.window_from, r.window_to
  from raw.batch r
 where r.scope = any(%(scopes)s)
   and (r.state in ('quarantined', 'unreadable') or (r.state = 'loaded' and r.reason is not null))
   and not exists (select from raw.settled_refusal s
                    where s.source = r.source and s.scope = r.scope and s.name = r.name
                      and case when r.etag is null then s.reason = r.reason else s.etag = r.etag end)
   -- An object is itself again, what tells everything at once by any later answer, a listing by one that goes on where it
   -- ended; what is measured or totalled day by day needs every day again.
   and not exists (select from raw.batch later
                    where later.source = r.source and later.scope = r.scope and later.state in ('loaded', 'superseded')
                      and later.fetched_at > r.fetched_at
                      and case when r.source = 'oci_cost_reports' then later.name = r.name
                               when r.window_to is null or r.source in ('hour_bank', 'contract_records') then true
                               when r.source in ('oci_metrics', 'oci_usage') then false
                               else r.window_to between later.window_from and later.window_to end)
   and not (r.source in ('oci_metrics', 'oci_usage')
            and not exists (select from generate_series(r.window_from, r.window_to, interval '1 day') d
                             where not exists (select from raw.batch later
                                                where later.source = r.source and later.scope = r.scope
                                                  and later.state in ('loaded', 'superseded')
                                                  and later.fetched_at > r.fetched_at
                                                  and (r.source = 'oci_usage' or later.name = r.name)
                                                  and d::date between later.window_from and later.window_to)))
 order by r.source, r.scope, r.name, r.fetched_at desc, r.batch_id desc
