-- Grain: one row of the ledger, what it says of the answer that came, what became of it, and one hash of the verdicts on it
--   that were sealed by a moment; whether another answer was loaded in its place.
-- Parameters: batch_ids (array), sealed_by (instant). Re-run: reads only.
select b.batch_id, b.source, b.scope, b.name, b.etag, b.archive_key, b.sha256, b.md5, b.size_bytes, b.window_from,
       b.window_to, b.row_count, b.run_id, b.fetched_at, b.observed_at, b.state, v.verdicts_sha256,
       exists (select from raw.batch later
                where later.source = b.source and later.scope = b.scope and later.batch_id <> b.batch_id
                  and later.loaded_at >= b.fetched_at) as replaced
  from raw.batch b
  left join lateral (
       select encode(sha256(convert_to(string_agg(
                  concat_ws(chr(31), q.result_id, q.run_id, q.check_id, q.subject, q.severity, q.passed, q.detail,
                            extract(epoch from q.checked_at)),
                  chr(30) order by q.result_id), 'UTF8')), 'hex') as verdicts_sha256
         from core.quality_result q
        where q.batch_id = b.batch_id and q.sealed_at <= %(sealed_by)s) v on true
 where b.batch_id = any(%(batch_ids)s)
 order by b.batch_id
