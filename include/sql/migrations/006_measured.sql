-- What an hour hides: its extremes and its five-minute samples. What a backup's size and retention are.
alter table core.metric_point
    add column minimum numeric,
    add column maximum numeric,
    add column five_minute_samples integer,
    add column five_minute_samples_up integer,
    add column five_minute_minimum numeric,
    add check (five_minute_samples_up between 0 and five_minute_samples);
comment on table core.metric_point is
    'One hour of a metric, UTC: mean (value) and extremes; for metrics of availability, its five-minute minima: how many,'
    ' how many of them up, the lowest.';

alter table core.oci_backup
    add column database_size_in_gbs numeric,
    add column retention_period_in_days integer,
    add column retention_period_in_years integer;
