-- A register that can be trusted: the state of every version, and a chain of events that nobody edits unnoticed.
alter table register.report
    add column state            text not null default 'draft'
        check (state in ('draft', 'approved', 'signed', 'archived', 'queued', 'sent', 'held', 'failed', 'superseded')),
    add column period_from      date,
    add column period_to        date check (period_to >= period_from),
    add column code_version     text,
    add column contract_sha256  text,
    add column figures_sha256   text,
    add column requested_by     text;
comment on column register.report.code_version is 'Revision of the code that computed the figures (SERVICE_REPORTS_REVISION).';
comment on column register.report.contract_sha256 is 'SHA-256 of the contract file that the figures were computed with.';
comment on column register.report.figures_sha256 is 'SHA-256 of the listing of register.figure: the bytes of figures.json in the archive.';
comment on column register.report.requested_by is 'The Airflow user who asked for it; null: the calendar did.';

-- Versions that are there already; `service-reports register adopt` gives them their first event.
update register.report r
   set state = case
           when r.registered_at is null then 'draft'
           when exists (select 1 from register.report n
                         where n.contract_id = r.contract_id and n.report_number = r.report_number
                           and n.version > r.version and n.registered_at is not null) then 'superseded'
           when d.state = 'sent' then 'sent'
           when d.state in ('sending', 'unknown') then 'held'
           when d.state is not null then 'queued'
           when r.archived_at is not null then 'archived'
           else 'signed'
       end
  from register.report same
  left join register.delivery d using (contract_id, report_number, version)
 where (same.contract_id, same.report_number, same.version) = (r.contract_id, r.report_number, r.version);

create table register.event (
    position       bigint primary key check (position >= 1),
    body           text not null,
    sha256         text not null unique,
    contract_id    text generated always as (body::jsonb ->> 'contract_id') stored,
    report_number  text generated always as (body::jsonb ->> 'report_number') stored,
    version        integer generated always as ((body::jsonb ->> 'version')::integer) stored,
    event          text generated always as (body::jsonb ->> 'event') stored,
    state          text generated always as (body::jsonb ->> 'state') stored
);
comment on table register.event is
    'All that happened to any version, in order. body is canonical JSON and names the sha256 of the event before it.';
create index event_of_report on register.event (contract_id, report_number, version, position);

create table register.archived_event (
    position     bigint primary key references register.event,
    archived_at  timestamptz not null default now()
);
comment on table register.archived_event is 'Which events lie in the archive already. Only saves work: it may be emptied.';

create function register.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on register.% is refused: what was registered is never changed; correct by a new version',
        lower(tg_op), tg_table_name;
end
$$;

create trigger never_changed before update or delete on register.event
    for each row execute function register.refuse_change();
create trigger never_emptied before truncate on register.event execute function register.refuse_change();
create trigger never_changed before update or delete on register.document
    for each row execute function register.refuse_change();
create trigger never_emptied before truncate on register.document execute function register.refuse_change();
create trigger never_changed before update or delete on register.figure
    for each row execute function register.refuse_change();
create trigger never_emptied before truncate on register.figure execute function register.refuse_change();
create trigger never_removed before delete on register.report
    for each row execute function register.refuse_change();
create trigger never_emptied before truncate on register.report execute function register.refuse_change();
-- After registration a version only moves on: its state, and once the moment of archiving (figures_sha256: when adopted).
create trigger never_changed before update on register.report for each row
    when (old.registered_at is not null
          and (to_jsonb(old) - array['state', 'archived_at', 'figures_sha256']
                  is distinct from to_jsonb(new) - array['state', 'archived_at', 'figures_sha256']
               or (old.archived_at is not null and new.archived_at is distinct from old.archived_at)
               or (old.figures_sha256 is not null and new.figures_sha256 is distinct from old.figures_sha256)))
    execute function register.refuse_change();
