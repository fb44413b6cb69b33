-- Alerts: where tasks of ours stopped or ask somebody, what needs a person by now, and who was told of it.
create table core.stopped_task (
    dag_id      text not null,
    run_id      text not null,
    task_id     text not null,
    map_index   integer not null,
    state       text not null check (state in ('failed', 'asks')),
    dag_title   text not null,
    task_title  text not null,
    subject     text not null,
    contract_id text,
    since       timestamptz not null default now(),
    ended_at    timestamptz,
    primary key (dag_id, run_id, task_id, map_index)
);
comment on table core.stopped_task is
    'Task instances that failed or ask a person, as they told it themselves: a task may not look into Airflow''s database.';
create index stopped_task_open on core.stopped_task (dag_id, since) where ended_at is null;

create table core.cause (
    cause_id     text primary key,
    kind         text not null,
    about        text not null,
    contract_ids text[] not null,
    since        timestamptz not null,
    said         text not null,
    remedy       text not null,
    address      text not null,
    first_seen_at timestamptz not null default now(),
    routed_at    timestamptz,
    ended_at     timestamptz
);
comment on table core.cause is 'What needs somebody. One that ends and comes back is open again, as new.';
comment on column core.cause.routed_at is 'When it was put before whoever is to be told; null: not yet.';
create index cause_open on core.cause (since, cause_id) where ended_at is null;

create table core.alert (
    channel     text not null,
    cause_id    text not null,
    state       text not null default 'queued'
                check (state in ('queued', 'sending', 'sent', 'ambiguous', 'failed', 'ended')),
    times       integer not null default 0,
    message_id  text,
    first_sent_at timestamptz,
    last_sent_at  timestamptz,
    detail      text,
    ended_at    timestamptz,
    primary key (channel, cause_id)
);
comment on table core.alert is
    'Ledger of alerts and weekly digests: one row a channel and cause. ambiguous: the other end may have taken it.';
create index alert_to_do on core.alert (channel) where state in ('queued', 'sending');
create index alert_of_cause on core.alert (cause_id);
