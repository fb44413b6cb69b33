-- What was verified of register and archive, part by part: a run goes on where others ended, and red stays until it is right.
create table register.verified_part (
    kind         text not null check (kind in ('root', 'heads', 'bounces', 'events', 'contract', 'version')),
    about        text[] not null,
    due_at       timestamptz not null default '-infinity',
    verified_at  timestamptz,
    through      bigint,
    findings     jsonb not null default '[]',
    primary key (kind, about)
);
comment on table register.verified_part is
    'Parts of the register and its archive: when each was verified last, when it is due again, and what is wrong with it.'
    ' Only saves work: where it is emptied, everything is verified anew.';
comment on column register.verified_part.due_at is 'When it is verified again; -infinity: as soon as possible, it is new or changed.';
comment on column register.verified_part.through is 'Of the root: the last event whose parts are known here.';
comment on column register.verified_part.findings is 'Pairs of row and detail (Spanish) that stand since it was verified last.';
create index verified_part_due on register.verified_part (due_at);
create index verified_part_wrong on register.verified_part (kind, about) where findings <> '[]';

-- What persons said of files and findings is read with every part.
create index event_of_person on register.event (event, position) where event in ('noted', 'explained');
