-- Whether a version needs somebody's approval before it is signed, and of which drafts that approval speaks.
alter table register.report
    add column needs_approval  boolean,
    add column drafts_sha256   text;
comment on column register.report.needs_approval is 'Its contract asks for a person''s approval (null: it does not).';
comment on column register.report.drafts_sha256 is
    'SHA-256 of the list of the drafts a person approved, as sha256sum writes it; null while nobody did.';
