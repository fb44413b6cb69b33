-- A register that was rebuilt from the archive has no facts of its own before: they may have been taken along, or not.
create table register.restored (
    position     bigint primary key,
    restored_at  timestamptz not null default now()
);
comment on table register.restored is 'When the register was rebuilt from the archive, and its last event then.';
