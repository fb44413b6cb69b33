-- What cannot wait is asked every quarter of an hour: the findings that somebody must act on, by age.
create index observation_urgent on core.observation (first_seen_at)
 where resolved_at is null
   and (severity = 'alert' or kind in ('collection.refused', 'signing.certificate_expires'));
create index report_registered_at on register.report (registered_at) where registered_at is not null;
