-- What the look of the morning asks for is found without reading what was issued long ago.
create index report_signed on register.report (contract_id, report_number) where state = 'signed';
create index delivery_on_its_way on register.delivery (contract_id, report_number)
 where state in ('queued', 'sending', 'ambiguous');
create index report_registered on register.report (contract_id, report_number) where registered_at is not null;

-- Nobody read when a calendar was seen last, and every row was written anew each day to say so.
alter table core.calendar drop column seen_at;
