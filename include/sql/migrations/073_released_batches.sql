-- What a check refused may be left so, or released: loaded all the same, by a person and for a reason.
alter table raw.settled_refusal
    add column decision text not null default 'left' check (decision in ('left', 'released')),
    drop constraint settled_refusal_pkey,
    add primary key (batch_id, decision);
comment on column raw.settled_refusal.decision is
    '«left» as it was refused, or «released»: loaded though a check refused it. Both stay, where a person thought better.';
create index settled_refusal_released on raw.settled_refusal (scope, source) where decision = 'released';
