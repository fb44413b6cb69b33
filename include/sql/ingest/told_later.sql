-- Grain: the newest loaded answer that tells of a later moment than a batch and holds all that the batch could: the same
--   object of the provider's cost reports, or any export of the source.
-- Parameters: batch_id. Re-run: reads only.
select later.batch_id
  from raw.batch this
  join raw.batch later on later.source = this.source and later.scope = this.scope and later.state = 'loaded'
                      and later.loaded_at is not null
                      and (later.name = this.name or this.source <> 'oci_cost_reports')
                      and coalesce(later.observed_at, later.fetched_at) > coalesce(this.observed_at, this.fetched_at)
 where this.batch_id = %(batch_id)s
 order by coalesce(later.observed_at, later.fetched_at) desc
 limit 1
