-- Grain: what one run found out about one tenancy.
-- Parameters: tenancy_ocid, run_id, stamps ('end', 'start' or null), evidence (jsonb).
-- Re-run: the same run keeps one row, with what it found out last.
insert into raw.metric_stamps (tenancy_ocid, run_id, stamps, evidence)
values (%(tenancy_ocid)s, %(run_id)s, %(stamps)s, %(evidence)s)
on conflict (tenancy_ocid, run_id) do update
   set stamps = excluded.stamps, evidence = excluded.evidence, decided_at = now()
