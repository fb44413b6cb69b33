-- What a run left out is told of the run, whatever its tasks hand on.
create index batch_refused_by_run on raw.batch (run_id) where state in ('quarantined', 'unreadable');
