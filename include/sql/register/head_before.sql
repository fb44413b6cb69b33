-- Grain: the last event of the chain before the first one of a version: it stays the same however often the version is made.
-- Parameters: contract_id, report_number, version. Re-run: reads only. Grows with nothing: the version's events have an index.
select b.position, b.sha256, b.body::jsonb ->> 'at' as at
  from (select min(position) as position
          from register.event
         where contract_id = %(contract_id)s and report_number = %(report_number)s and version = %(version)s) first
  join register.event b on b.position = first.position - 1
