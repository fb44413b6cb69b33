-- What a run was asked to do with a version's message is decided when the version is claimed, and never by what tasks
-- hand on. What a version would say, what a person was asked and what was decided are events: they need no columns.
alter table register.report add column sends boolean;
comment on column register.report.sends is
    'Its message leaves by itself; false: a person is asked first (null: claimed before this was kept).';

-- A publication finds the decision that asked for it by its run.
create index event_of_correction on register.event ((body::jsonb ->> 'publishes')) where event = 'correction_requested';
