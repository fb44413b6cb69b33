-- Grain: one event of a version, in order. Parameters: contract_id, report_number, version.
-- Grows with: the version's events.
-- Re-run: reads only.
select position, body, sha256
  from register.event
 where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s
 order by position
