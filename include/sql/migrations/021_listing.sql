-- That a place was looked through, also when nothing new was found there.
create table raw.listing (
    source       text not null,
    scope        text not null,
    run_id       text not null,
    window_from  date not null,
    window_to    date not null,
    listed_at    timestamptz not null default now(),
    primary key (source, scope, run_id)
);
comment on table raw.listing is
    'Which days a run looked for in a place whose objects are read once, after it had read all that was new.';
create index listing_by_window on raw.listing (scope, source, window_to);
