-- What the calendars owe: as last read from contract files that held, and which runs set out to issue what.
create table core.calendar (
    contract_id    text not null,
    report_number  text not null,
    cut_off        timestamptz not null,
    file_name      text not null,
    seen_at        timestamptz not null default now(),
    primary key (contract_id, report_number)
);
comment on table core.calendar is
    'The calendar of each contract as its file last said it; while the file does not hold, this is all that is known.';

create table core.publication (
    contract_id    text not null,
    report_number  text not null,
    run_id         text not null,
    late_since     timestamptz,
    begun_at       timestamptz not null default now(),
    primary key (contract_id, report_number, run_id)
);
comment on table core.publication is
    'Runs that set out to issue a report, before any version is claimed. Airflow alone knows whether they still run.';
comment on column core.publication.late_since is
    'The cut-off that a run of the calendar missed; null: it is in time, or somebody asked for it.';

create view register.standing as
select n.contract_id, n.report_number, n.version, n.registered, n.state, n.run_id, d.state as delivery, e.event as last_word
  from (select distinct on (contract_id, report_number)
               contract_id, report_number, version, registered_at is not null as registered, state, run_id
          from register.report
         order by contract_id, report_number, registered_at is not null desc, version desc) n
  left join register.delivery d using (contract_id, report_number, version)
  left join lateral (select event
                       from register.event v
                      where (v.contract_id, v.report_number, v.version) = (n.contract_id, n.report_number, n.version)
                        and v.event in ('claimed', 'rejected', 'settled')
                      order by position desc
                      limit 1) e on true;
comment on view register.standing is
    'Each report with its newest registered version, or its draft while there is none, and the last word about that.';
