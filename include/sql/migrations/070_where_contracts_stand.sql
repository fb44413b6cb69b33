-- The operators' page asks of each contract which report was due last and which is next, and what was begun lately.
create index calendar_of_contract on core.calendar (contract_id, cut_off);
create index publication_begun on core.publication (begun_at);
