-- Grain: all lines of an object of the provider, whichever of its batches brought them and whatever became of that
--   batch since: a batch that is read or checked again may be in quarantine with its lines still counted.
-- Parameters: batch_id (any batch of the object), first_interval, last_interval (instants that its batches ever told of, so
--   that only their months are planned for). Re-run: finds nothing the second time; an error where a month that the
--   object told of last was moved away: its lines would come back with it.
delete from raw.oci_cost_use h
 using raw.batch this, raw.batch b
 where this.batch_id = %(batch_id)s
   and b.source = this.source and b.scope = this.scope and b.name = this.name
   and h.batch_id = b.batch_id
   and h.charge_period_start between %(first_interval)s and %(last_interval)s
   and (select raw.cost_months_are_here((last.first_interval at time zone 'UTC')::date,
                                        (last.last_interval at time zone 'UTC')::date)
          from raw.batch own
          join raw.batch last using (source, scope, name)
         where own.batch_id = %(batch_id)s and last.loaded_at is not null
         order by last.loaded_at desc
         limit 1)
