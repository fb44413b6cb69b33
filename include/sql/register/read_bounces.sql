-- Grain: one report about a delivery, all columns. Parameters: none. Re-run: reads only.
select * from register.bounce
