-- What was refused or could not be read stays open until it is loaded, or a person says why it is left.
create table raw.settled_refusal (
    batch_id    bigint primary key references raw.batch,
    source      text not null,
    scope       text not null,
    name        text not null,
    etag        text,
    reason      text,
    settled_by  text not null,
    settled_at  timestamptz not null default now(),
    why         text not null
);
comment on table raw.settled_refusal is
    'Answers that a person decided to leave refused: who, when and why. The same version of an object, or the same refusal'
    ' of what has no version, is settled with it.';
create index settled_refusal_by_name on raw.settled_refusal (source, scope, name);

create index batch_refused on raw.batch (scope, source)
    where state in ('quarantined', 'unreadable') or (state = 'loaded' and reason is not null);
