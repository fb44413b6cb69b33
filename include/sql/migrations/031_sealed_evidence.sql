-- What a registered version rests on is sealed: rows of the ledger, and verdicts on them and on its run.
alter table raw.batch add column sealed_at timestamptz;
comment on column raw.batch.sealed_at is
    'Since when a registered version rests on it: what it says of the answer never changes from then on.';
alter table core.quality_result add column sealed_at timestamptz;
comment on column core.quality_result.sealed_at is
    'Since when a registered version rests on it; it stays beside later verdicts of the same run.';
alter table register.report add column evidence_key text;
comment on column register.report.evidence_key is
    'Key in the archive of the list of the rows that were sealed with it (null: registered before there was one).';

-- A run that reads the same again replaces its row of the ledger, unless that is sealed: then it has another one.
alter table raw.batch drop constraint batch_source_scope_name_run_id_key;
create unique index batch_of_run on raw.batch (source, scope, name, run_id) where sealed_at is null;

-- What a report rests on is found by its days, however much was collected before.
create index batch_by_last_day on raw.batch (scope, window_to);
create index batch_by_last_hour on raw.batch (scope, last_interval) where last_interval is not null;

create function raw.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on %.% is refused: a registered version rests on the row', lower(tg_op), tg_table_schema, tg_table_name;
end
$$;
create trigger sealed_stays before update on raw.batch for each row
    when (old.sealed_at is not null
          and to_jsonb(old) - array['state', 'reason', 'loaded_at', 'row_count', 'first_interval', 'last_interval', 'tag_keys']
                  is distinct from
              to_jsonb(new) - array['state', 'reason', 'loaded_at', 'row_count', 'first_interval', 'last_interval', 'tag_keys'])
    execute function raw.refuse_change();
create trigger sealed_is_kept before delete on raw.batch for each row
    when (old.sealed_at is not null) execute function raw.refuse_change();
create trigger sealed_stays before update or delete on core.quality_result for each row
    when (old.sealed_at is not null) execute function raw.refuse_change();
