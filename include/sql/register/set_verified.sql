-- Grain: one part that was verified. Parameters: kind, about, findings (JSON: pairs of row and detail), days (of a round).
-- Grows with: nothing.
-- Re-run: the newest look counts. It is due again within the round, at a moment by chance: what came at once is spread.
insert into register.verified_part (kind, about, due_at, verified_at, findings)
values (%(kind)s, %(about)s, now() + (0.5 + 0.4 * random()) * %(days)s * interval '1 day', now(), %(findings)s)
on conflict (kind, about) do update
   set due_at = excluded.due_at, verified_at = excluded.verified_at, findings = excluded.findings
