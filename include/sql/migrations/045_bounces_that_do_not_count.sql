-- A delivery report that changes nothing: about somebody to whom the message was never addressed, or before it left.
alter table register.bounce add column objection text;
comment on column register.bounce.objection is 'Why a report that says «failed» does not count for its version (Spanish); null: it does.';
create index bounce_of_report on register.bounce (contract_id, report_number, version);
