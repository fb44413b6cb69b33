-- What the supervisor answers to the requests of a report is a register of the contract, too.
alter table core.contract_record drop constraint contract_record_register_check;
alter table core.contract_record add constraint contract_record_register_check
    check (register in ('registers', 'attestations', 'consultations', 'force_majeure', 'deliverables', 'change_controls',
                        'social_security', 'incidents', 'action_plans', 'payments', 'replies'));
