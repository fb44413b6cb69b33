-- core.observation: what is missing, late, stale or changed, known by day.
create table core.observation (
    observation_id  bigint generated always as identity primary key,
    kind            text not null,             -- e.g. usage.day_missing; docs/observations.md lists them
    scope           text not null,             -- contract id, or tenancy OCID
    subject         text not null,             -- resource, column, file or object
    day             date,                      -- the day it is about (UTC for OCI, Bogotá for tickets); null: no day
    severity        text not null check (severity in ('notice', 'warning', 'alert')),
    detail          text not null,
    value_before    numeric,
    value_now       numeric,
    run_id          text not null,             -- the run that saw it first
    first_seen_at   timestamptz not null default now(),
    last_seen_at    timestamptz not null default now(),
    resolved_at     timestamptz,
    unique nulls not distinct (kind, scope, subject, day)
);
comment on table core.observation is
    'One row a finding. Seen again, it stays one row; no longer true, it is resolved and kept.';
