-- Checks that leave rows out of a batch, and which.
alter table core.quality_result
    drop constraint quality_result_severity_check,
    add constraint quality_result_severity_check check (severity in ('blocking', 'row', 'warning'));

create table raw.refused_row (
    batch_id  bigint not null references raw.batch on delete cascade,
    place     integer not null,
    reason    text not null,
    primary key (batch_id, place)
);
comment on table raw.refused_row is 'Rows that checks leave out when their batch is loaded.';
comment on column raw.refused_row.place is 'Which of the rows that are read from the archived bytes, from 1.';
