-- Grain: the text of one cost report. Parameters: batch_id, text_sum. Re-run: sets the same value again.
insert into raw.oci_cost_text (batch_id, text_sum) values (%(batch_id)s, %(text_sum)s)
on conflict (batch_id) do update set text_sum = excluded.text_sum
