-- register: what was issued, never changed afterwards except for what happened to it.
create schema if not exists register;

create table register.report (
    contract_id        text not null,
    report_number      text not null,
    version            integer not null check (version >= 1),
    run_id             text not null,
    correction_reason  text,
    figures_key        text,
    claimed_at         timestamptz not null default now(),
    registered_at      timestamptz,
    archived_at        timestamptz,
    primary key (contract_id, report_number, version),
    unique (contract_id, report_number, run_id)
);
comment on table register.report is
    'Versions of reports. A version is claimed by a run before anything is made, and fixed by registered_at.';

create table register.document (
    contract_id    text not null,
    report_number  text not null,
    version        integer not null,
    kind           text not null,
    title          text not null,
    code           text not null,
    file_name      text not null,
    media_type     text not null,
    sha256         text not null,
    size_bytes     bigint not null,
    blob_key       text not null,
    archive_key    text not null,
    primary key (contract_id, report_number, version, kind),
    foreign key (contract_id, report_number, version) references register.report
);
comment on table register.document is 'The exact bytes of each issued document, by hash; PDFs are the signed ones.';

create table register.figure (
    contract_id    text not null,
    report_number  text not null,
    version        integer not null,
    position       integer not null,
    figure_id      text not null,
    value          numeric not null,
    unit           text not null,
    source         text not null,
    primary key (contract_id, report_number, version, figure_id),
    foreign key (contract_id, report_number, version) references register.report
);
comment on table register.figure is 'Every figure a version prints, exact.';

create table register.delivery (
    contract_id    text not null,
    report_number  text not null,
    version        integer not null,
    message_id     text not null unique,
    recipient      text not null,
    message_key    text not null,
    state          text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'unknown')),
    attempts       integer not null default 0,
    detail         text,
    claimed_at     timestamptz,
    sent_at        timestamptz,
    primary key (contract_id, report_number, version),
    foreign key (contract_id, report_number, version) references register.report
);
comment on table register.delivery is
    'Outbox: one message a version. unknown: the server may have taken it; a person decides before it is sent again.';
