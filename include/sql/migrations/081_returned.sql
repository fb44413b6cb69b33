-- Documents that come back signed are known by the bytes of ours with which they begin.
create index document_by_hash on register.document (sha256);
create index event_of_extension on register.event ((body::jsonb #>> '{extension,sha256}')) where event = 'extended';
create index event_of_return on register.event ((body::jsonb #>> '{returned,object_key}')) where event = 'returned';
create index event_of_returned_version on register.event (contract_id, report_number, version) where event = 'returned';
