-- The outbox: a message lies in it from the registration of its documents on; bounces are matched with it.
alter table register.delivery drop constraint delivery_state_check;
update register.delivery
   set state = case state when 'pending' then 'queued' when 'unknown' then 'ambiguous' end
 where state in ('pending', 'unknown');
alter table register.delivery
    alter column state set default 'queued',
    add constraint delivery_state_check
        check (state in ('withheld', 'queued', 'sending', 'sent', 'ambiguous', 'failed'));
comment on table register.delivery is
    'Outbox: one message a version. ambiguous: the server may have taken it; a person decides before it is sent again.';
comment on column register.delivery.sent_at is 'When the server took it; a message that came back (failed) keeps it.';

create table register.bounce (
    object_key     text not null,
    sha256         text not null,
    read_at        timestamptz not null default now(),
    action         text not null check (action in ('failed', 'delayed', 'delivered', 'relayed', 'expanded', 'unreadable')),
    detail         text not null,
    message_id     text,
    contract_id    text,
    report_number  text,
    version        integer,
    primary key (object_key, sha256),
    foreign key (contract_id, report_number, version) references register.report
);
comment on table register.bounce is
    'Delivery reports (DSN) that came back, one row a file of the archive; without a version: nobody knows its message.';
