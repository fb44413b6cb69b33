-- Grain: the root of what is verified. Parameters: through.
-- Grows with: nothing.
-- Re-run: one row.
update register.verified_part set through = %(through)s where kind = 'root'
