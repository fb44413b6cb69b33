-- Grain: one batch whose lines are loaded from the very same bytes, under another object name, whatever became of it since.
-- Parameters: batch_id. Re-run: reads only.
select other.batch_id, other.name
  from raw.batch this
  join raw.batch other on other.source = this.source
                      and other.scope = this.scope
                      and other.sha256 = this.sha256
                      and other.name <> this.name
 where this.batch_id = %(batch_id)s
   and exists (select from raw.oci_cost_hour where batch_id = other.batch_id)
 order by other.batch_id
 limit 1
