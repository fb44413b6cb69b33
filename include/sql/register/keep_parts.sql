-- Grain: one part of register or archive. Parameters: parts (JSON: kind, about), due (whether they are due now).
-- Grows with: the parts that are given.
-- Re-run: a part that is known stays as it is, or is due.
insert into register.verified_part (kind, about)
select given.kind, given.about
  from jsonb_to_recordset(%(parts)s) as given(kind text, about text[])
on conflict (kind, about) do update set due_at = '-infinity' where %(due)s
