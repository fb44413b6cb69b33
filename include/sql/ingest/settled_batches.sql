-- Grain: one answer among some that a person left refused, itself or as the same version or refusal before.
-- Parameters: batch_ids (array). Re-run: reads only. Grows with the batches that are asked about.
select r.batch_id
  from raw.batch r
 where r.batch_id = any(%(batch_ids)s)
   and exists (select from raw.settled_refusal s
                where s.source = r.source and s.scope = r.scope and s.name = r.name
                  and case when r.etag is null then s.reason = r.reason else s.etag = r.etag end)
