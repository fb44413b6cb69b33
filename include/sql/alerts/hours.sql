-- Grain: the hour bank of a contract as some version of a report of it prints it: hours contracted and available.
-- Parameters: contract_ids, report_numbers, versions (arrays of the same length).
-- Grows with: the versions asked about.
-- Re-run: reads only.
select a.contract_id, a.report_number,
       max(f.value) filter (where f.figure_id = 'hour_bank.contracted') as contracted,
       max(f.value) filter (where f.figure_id = 'hour_bank.available') as available,
       min(r.registered_at) as registered_at
  from unnest(%(contract_ids)s::text[], %(report_numbers)s::text[], %(versions)s::integer[])
       as a (contract_id, report_number, version)
  join register.figure f using (contract_id, report_number, version)
  join register.report r using (contract_id, report_number, version)
 where starts_with(f.figure_id, 'hour_bank.') and f.figure_id in ('hour_bank.contracted', 'hour_bank.available')
 group by 1, 2
