-- Grain: one task instance that failed or asks a person.
-- Parameters: dag_id, run_id, task_id, map_index, state, dag_title, task_title, subject, contract_id.
-- Grows with: nothing.
-- Re-run: one row; what stopped, went on and stops again is open anew, as of now.
insert into core.stopped_task
       (dag_id, run_id, task_id, map_index, state, dag_title, task_title, subject, contract_id)
values (%(dag_id)s, %(run_id)s, %(task_id)s, %(map_index)s, %(state)s, %(dag_title)s, %(task_title)s, %(subject)s,
        %(contract_id)s)
on conflict (dag_id, run_id, task_id, map_index) do update
   set state = excluded.state, dag_title = excluded.dag_title, task_title = excluded.task_title,
       subject = excluded.subject, contract_id = excluded.contract_id, ended_at = null,
       since = case when core.stopped_task.ended_at is null and core.stopped_task.state = excluded.state
                    then core.stopped_task.since else now() end
