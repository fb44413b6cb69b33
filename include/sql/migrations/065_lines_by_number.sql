-- Numbered lines of cost reports are told apart by their number and content, whatever object they come in.
create table raw.oci_cost_line (
    batch_id      bigint not null references raw.batch on delete cascade,
    tenancy_ocid  text not null,
    hour          timestamptz not null,
    identities    bytea not null,
    primary key (batch_id, hour)
);
comment on table raw.oci_cost_line is
    'The numbered lines of one cost report that are counted, by the hour (UTC) in which they begin: an identity is eight'
    ' bytes, the lowest first, of the line''s number and content.';
create index oci_cost_line_by_hour on raw.oci_cost_line (tenancy_ocid, hour);

create table raw.oci_cost_line_repeated (
    batch_id  bigint not null references raw.batch on delete cascade,
    held_by   bigint not null references raw.batch on delete cascade,
    lost      boolean not null default false,
    primary key (batch_id, held_by)
);
comment on table raw.oci_cost_line_repeated is
    'Which cost report has lines that are counted from another one; lost: that one does not have them all any more, so the'
    ' report is read again.';
create index oci_cost_line_repeated_by_holder on raw.oci_cost_line_repeated (held_by);
