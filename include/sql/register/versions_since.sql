-- Grain: one version that events after a position are about. Parameters: through.
-- Grows with: the events since.
-- Re-run: reads only.
select distinct contract_id, report_number, version
  from register.event
 where position > %(through)s and contract_id is not null and report_number is not null and version is not null
 order by 1, 2, 3
