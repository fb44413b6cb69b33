-- Grain: one batch that was loaded from the very same text, under another object name, whatever became of it since, with the
--   hours that it tells of. Batches from before texts were told apart have only the hash of the packed bytes.
--   One whose lines are counted from others in part is no copy to go by.
-- Parameters: batch_id. Grows with: the copies of this text.
-- Re-run: reads only.
select other.batch_id, other.name, other.first_interval, other.last_interval
  from raw.batch this
 cross join lateral (select batch_id from raw.batch packed where packed.scope = this.scope and packed.sha256 = this.sha256
                      union
                     select copy.batch_id
                       from raw.oci_cost_text own join raw.oci_cost_text copy using (text_sum)
                      where own.batch_id = this.batch_id) same
  join raw.batch other on other.batch_id = same.batch_id
                      and other.source = this.source
                      and other.scope = this.scope
                      and other.name <> this.name
 where this.batch_id = %(batch_id)s
   and not exists (select from raw.oci_cost_line_repeated where batch_id = other.batch_id)
 order by other.batch_id
