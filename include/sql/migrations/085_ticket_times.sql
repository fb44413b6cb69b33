-- What some help desks tell of a request beside its day: how urgent it is, and when it came, was answered and was solved.
alter table core.ticket
    add column priority          text,
    add column registered_at     timestamptz,
    add column first_answered_at timestamptz,
    add column solved_at         timestamptz,
    add column told              text[] not null default '{}';
comment on column core.ticket.told is
    'Which of priority, registered_at, first_answered_at and solved_at the export had: of the others nothing is known.';
