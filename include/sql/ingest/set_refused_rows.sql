-- Grain: one row of a batch that checks leave out. Parameters: batch_id, refused (JSON: place and reason).
-- Re-run: takes the place of what was said before.
with before as (
    delete from raw.refused_row
     where batch_id = %(batch_id)s and not %(refused)s::jsonb ? place::text
)
insert into raw.refused_row (batch_id, place, reason)
select %(batch_id)s, key::integer, value from jsonb_each_text(%(refused)s::jsonb)
on conflict (batch_id, place) do update set reason = excluded.reason
