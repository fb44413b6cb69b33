-- What came of asking the published addresses of contracts, one row for each time that each was asked.
create table core.http_probe (
    contract_id         text not null,
    url                 text not null,
    probed_at           timestamptz not null,
    status              smallint,
    first_byte_ms       integer,
    certificate_ends_at timestamptz,
    failure             text,
    batch_id            bigint not null references raw.batch,
    primary key (contract_id, url, probed_at)
);
comment on table core.http_probe is 'Published addresses as asked: an answer is a status without a failure.';
