-- Grain: one question to one published address of a contract.
-- Parameters: the columns of core.http_probe; contract_id is the contract that names the address.
-- Re-run: what is there stays; a question is never asked again.
insert into core.http_probe (contract_id, url, probed_at, status, first_byte_ms, certificate_ends_at, failure, batch_id)
values (%(contract_id)s, %(url)s, %(probed_at)s, %(status)s, %(first_byte_ms)s, %(certificate_ends_at)s, %(failure)s,
        %(batch_id)s)
on conflict do nothing
