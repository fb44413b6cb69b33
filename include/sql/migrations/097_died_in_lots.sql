-- Which report a lot works on is noted before: one over which it dies is left to tasks of its own, and its neighbours are not.
alter table core.publication add column in_lot boolean not null default false;
comment on column core.publication.in_lot is 'A lot of the run works on the report, or has died over it.';
