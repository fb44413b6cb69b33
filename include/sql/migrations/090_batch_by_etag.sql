-- A file that people left is known again by its bytes, wherever it was moved.
create index batch_by_etag on raw.batch (scope, etag) where etag is not null;
