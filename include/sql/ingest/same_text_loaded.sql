-- Grain: one batch whose lines are loaded from the very same text, under another object name, whatever became of it since.
--   Batches from before texts were told apart have only the hash of the packed bytes.
--   One whose lines are counted from others in part is no copy to go by.
-- Parameters: batch_id. Re-run: reads only.
select other.batch_id, other.name
  from raw.batch this
  left join raw.oci_cost_text text using (batch_id)
  join raw.batch other on other.source = this.source
                      and other.scope = this.scope
                      and other.name <> this.name
                      and (other.sha256 = this.sha256
                           or other.batch_id in (select batch_id from raw.oci_cost_text where text_sum = text.text_sum))
 where this.batch_id = %(batch_id)s
   and exists (select from raw.oci_cost_use where batch_id = other.batch_id)
   and not exists (select from raw.oci_cost_line_repeated where batch_id = other.batch_id)
 order by other.batch_id
 limit 1
