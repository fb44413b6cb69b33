-- An answer is loaded in the step that checks it. What a run had checked and not loaded yet is as it was fetched.
update raw.batch set state = 'fetched' where state = 'validated';
alter table raw.batch
    drop constraint batch_state_check,
    add constraint batch_state_check check (state in ('fetched', 'quarantined', 'unreadable', 'loaded', 'superseded'));
