-- Grain: one part with which something was wrong when it was verified last. Parameters: none.
-- Grows with: what is wrong.
-- Re-run: reads only.
select kind, about, findings from register.verified_part where findings <> '[]' order by kind, about
