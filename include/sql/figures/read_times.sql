-- Grain: one source of a contract, with the moment that its newest loaded answer tells of: when it was asked, or for
--   an export by file, when the file was left.
-- Parameters: contract_id, tenancy_ocid, sources (array).
-- Grows with: the sources.
-- Re-run: reads only.
select source, newest.read_at
  from unnest(%(sources)s::text[]) source
 cross join lateral (select max(of_scope.read_at) as read_at
                       from unnest(array[%(contract_id)s, %(tenancy_ocid)s]) scope
                      cross join lateral (select coalesce(b.observed_at, b.fetched_at) as read_at
                                            from raw.batch b
                                           where b.source = source.source and b.scope = scope.scope
                                             and b.loaded_at is not null and b.state in ('loaded', 'superseded')
                                           order by coalesce(b.observed_at, b.fetched_at) desc, b.batch_id desc
                                           limit 1) of_scope) newest
 where newest.read_at is not null
