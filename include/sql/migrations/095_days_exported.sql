-- On which days of a contract its tickets were exported is told by the index, without a page of the ledger for each export.
create index batch_of_tickets on raw.batch (scope, window_to) include (window_from, observed_at, fetched_at)
 where source = 'tickets' and state = 'loaded';
