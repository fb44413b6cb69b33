-- What moment an answer tells of, and every state that a ticket was seen in.
alter table raw.batch add column observed_at timestamptz;
comment on column raw.batch.observed_at is
    'The moment the answer tells of where that is not fetched_at: the time of an exported file.';

create table core.ticket_state (
    contract_id    text not null,
    ticket_id      text not null,
    status         text not null,
    first_seen_at  timestamptz not null,
    last_seen_at   timestamptz not null check (last_seen_at >= first_seen_at),
    registered_on  date,                       -- Bogotá day, as last seen; null: warranty without a date
    batch_id       bigint not null references raw.batch,  -- the batch that saw it first
    primary key (contract_id, ticket_id, first_seen_at)
);
comment on table core.ticket_state is
    'Every state a ticket was seen in: one row a stretch of sightings without change. Rows are extended, never removed.';
create index ticket_state_by_day on core.ticket_state (contract_id, registered_on);

-- Tickets that were loaded before this table was there begin with what is known of them.
insert into core.ticket_state (contract_id, ticket_id, status, first_seen_at, last_seen_at, registered_on, batch_id)
select t.contract_id, t.ticket_id, t.status, b.fetched_at, b.fetched_at, t.registered_on, t.batch_id
  from core.ticket t join raw.batch b using (batch_id);
