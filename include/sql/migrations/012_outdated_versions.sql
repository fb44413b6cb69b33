-- A version is out of date when its figures, computed again from the rows as they are now, would be others.
alter table register.report
    add column outdated_at     timestamptz,
    add column changes_sha256  text;
comment on column register.report.outdated_at is
    'Since when some figure of it would be another one; null: none is known. Its newest event outdated lists them.';
comment on column register.report.changes_sha256 is 'SHA-256 of the changes that the newest event outdated lists.';

-- As before; a registered version may now also be marked as out of date.
drop trigger never_changed on register.report;
create trigger never_changed before update on register.report for each row
    when (old.registered_at is not null
          and (to_jsonb(old) - array['state', 'archived_at', 'figures_sha256', 'outdated_at', 'changes_sha256']
                  is distinct from
               to_jsonb(new) - array['state', 'archived_at', 'figures_sha256', 'outdated_at', 'changes_sha256']
               or (old.archived_at is not null and new.archived_at is distinct from old.archived_at)
               or (old.figures_sha256 is not null and new.figures_sha256 is distinct from old.figures_sha256)))
    execute function register.refuse_change();

create table core.report_review (
    contract_id    text not null,
    report_number  text not null,
    version        integer not null,
    reviewed_at    timestamptz not null,
    primary key (contract_id, report_number, version)
);
comment on table core.report_review is
    'When the figures of an issued version were last computed again. Only saves work: it may be emptied.';

-- What was loaded for a contract or its tenancy since some moment.
create index batch_by_load on raw.batch (scope, loaded_at);
