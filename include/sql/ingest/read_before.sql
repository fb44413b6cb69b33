-- Grain: one name under which the same bytes were read, with the earliest moment of which they were. Of an export of which the
--   rows are archived, the etag is the hash of its file.
-- Parameters: source, scope, sha256. Re-run: reads only. Grows with the readings of these bytes.
select name, min(coalesce(observed_at, fetched_at))
  from raw.batch
 where scope = %(scope)s and source = %(source)s and (sha256 = %(sha256)s or etag = %(sha256)s)
 group by name
