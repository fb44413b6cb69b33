-- Grain: whether hours of use are counted from a batch. Its hours are told, so that only their months are planned for.
-- Parameters: other (a batch id), first_interval, last_interval (instants that it tells of).
-- Re-run: reads only.
select exists (select from raw.oci_cost_use
                where batch_id = %(other)s
                  and charge_period_start between %(first_interval)s and %(last_interval)s)
