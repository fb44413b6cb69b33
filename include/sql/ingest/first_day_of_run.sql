-- Grain: the first day that the loaded answers of a run tell of, in the windows they were asked for and, of cost reports, in
--   the lines they have; null when it loaded nothing.
-- Parameters: run_id, scopes (array). Re-run: reads only. Grows with the answers of the run.
select min(least(window_from, (first_interval at time zone 'UTC')::date))
  from raw.batch
 where run_id = %(run_id)s and scope = any(%(scopes)s) and state = 'loaded'
