-- Grain: one report about a delivery of some, all columns. Parameters: object_keys.
-- Grows with: what is asked for.
-- Re-run: reads only.
select * from register.bounce where object_key = any(%(object_keys)s)
