-- Grain: every part, which becomes due. Parameters: none.
-- Grows with: all that was ever issued: it begins a full round, which a person asks for.
-- Re-run: the round begins anew.
update register.verified_part set due_at = now() where due_at > now()
