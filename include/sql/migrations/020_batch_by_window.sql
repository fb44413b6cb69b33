-- Whether each day of a period was read, and what came about it and was refused.
create index batch_by_window on raw.batch (scope, source, window_to);
