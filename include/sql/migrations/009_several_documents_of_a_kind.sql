-- A version may have several documents of a kind (an act for each delivery): they are told apart by their position.
alter table register.document add column position integer check (position >= 1);
update register.document
   set position = case kind when 'management_report' then 1 when 'technical_report' then 2 else 3 end;
alter table register.document alter column position set not null;
alter table register.document drop constraint document_pkey;
alter table register.document add primary key (contract_id, report_number, version, position);
alter table register.document add unique (contract_id, report_number, version, file_name);
comment on column register.document.position is
    'Order of the documents of a version: 1 is the main document, n is annex n - 1.';
