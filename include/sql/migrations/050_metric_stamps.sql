-- Where in their windows a tenancy's measurements are stamped, as each run found out from the measurements themselves.
create table raw.metric_stamps (
    tenancy_ocid text not null,
    run_id       text not null,
    stamps       text check (stamps in ('end', 'start')),
    evidence     jsonb not null,
    decided_at   timestamptz not null default now(),
    primary key (tenancy_ocid, run_id)
);
comment on table raw.metric_stamps is
    'One comparison of hours of OCI Monitoring with their five minutes: which end of its window a point is stamped at;'
    ' null where it could not be told.';
