-- Grain: one severity of the open findings about the days of one of some reports.
-- Parameters: contract_ids, report_numbers, firsts, lasts (arrays of the same length; days, both included).
-- Grows with: the reports asked about, and what is open of their contracts.
-- Re-run: reads only.
select a.contract_id, a.report_number, o.severity, count(*) as findings
  from unnest(%(contract_ids)s::text[], %(report_numbers)s::text[], %(firsts)s::date[], %(lasts)s::date[])
       as a (contract_id, report_number, first, last)
  join core.observation o
    on o.scope = a.contract_id and o.day between a.first and a.last and o.resolved_at is null
 group by 1, 2, 3
