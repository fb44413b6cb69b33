-- What people keep of a contract: attestations, consultations, deliverables, change controls and the like.
create table core.contract_record (
    contract_id  text not null,
    register     text not null
                 check (register in ('registers', 'attestations', 'consultations', 'force_majeure', 'deliverables',
                                     'change_controls', 'social_security', 'incidents')),
    position     integer not null,
    record       jsonb not null,
    batch_id     bigint not null references raw.batch,
    primary key (contract_id, position)
);
comment on table core.contract_record is
    'Registers of a contract as its last workbook has them. A row of the register «registers» names one that is kept, so that an empty one is told from one that is not there.';
