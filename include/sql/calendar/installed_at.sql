-- Grain: one moment, the first that this installation knows of. Parameters: none. Re-run: reads only.
-- A register that was rebuilt from its archive is older than its database.
select least((select min(applied_at) from public.migration),
             (select (body::jsonb ->> 'at')::timestamptz from register.event order by position limit 1))
