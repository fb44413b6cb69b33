-- Grain: one cause. Parameters: cause_id, kind, about, contract_ids (array), since, said, remedy, address.
-- Grows with: nothing.
-- Re-run: one row; one that had ended is open again, as new.
insert into core.cause (cause_id, kind, about, contract_ids, since, said, remedy, address)
values (%(cause_id)s, %(kind)s, %(about)s, %(contract_ids)s, %(since)s, %(said)s, %(remedy)s, %(address)s)
on conflict (cause_id) do update
   set kind = excluded.kind, about = excluded.about, contract_ids = excluded.contract_ids, since = excluded.since,
       said = excluded.said, remedy = excluded.remedy, address = excluded.address,
       first_seen_at = case when core.cause.ended_at is null then core.cause.first_seen_at else now() end,
       routed_at = case when core.cause.ended_at is null then core.cause.routed_at end,
       ended_at = null
