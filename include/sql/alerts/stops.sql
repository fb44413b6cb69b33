-- Grain: one task instance that failed or asks, and has not gone on as far as is known. The oldest first.
-- Parameters: most.
-- Grows with: what is open.
-- Re-run: reads only.
select dag_id, run_id, task_id, map_index, state, dag_title, task_title, subject, contract_id, since
  from core.stopped_task
 where ended_at is null
 order by since desc, dag_id, run_id, task_id, map_index
 limit %(most)s
