-- Grain: the tickets of a contract in the window of an export, or in the export itself, as older exports have them.
-- Parameters: scope (contract), window_from, window_to (Bogotá days, both included), ticket_ids (array), told_at (the
--   moment that the export tells of).
-- Re-run: the export that follows in the same transaction brings them back as they are now.
delete from core.ticket t
 using raw.batch b
 where b.batch_id = t.batch_id
   and t.contract_id = %(scope)s
   and coalesce(b.observed_at, b.fetched_at) <= %(told_at)s
   and (t.registered_on between %(window_from)s and %(window_to)s
        or (t.service = 'warranty' and t.registered_on is null)
        or t.ticket_id = any(%(ticket_ids)s))
