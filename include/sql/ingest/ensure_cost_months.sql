-- Grain: one month of use (UTC), which has a partition from then on.
-- Parameters: months (their first days). Grows with: the months.
-- Re-run: changes nothing. An error says which month was moved away.
select raw.ensure_cost_month(month) from unnest(%(months)s::date[]) month order by month
