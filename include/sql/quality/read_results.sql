-- Grain: the latest verdict of each check on each subject. Parameters: none. Re-run: reads only.
select distinct on (check_id, subject) check_id as "check", subject, severity, passed, detail
  from core.quality_result
 order by check_id, subject, checked_at desc, result_id desc
