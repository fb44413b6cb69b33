-- Grain: one sighting of a ticket in a state.
-- Parameters: scope (contract), ticket_id, status, registered_on, told_at (when it was seen), batch_id.
-- Re-run: the same sighting again changes nothing; another one of the same state extends its stretch, at either end. One
--   of another state inside a stretch parts it: of the stretch its first and its last sighting stay, which is what is known.
with held as (
    select first_seen_at, last_seen_at, status, registered_on, batch_id
      from core.ticket_state
     where contract_id = %(scope)s and ticket_id = %(ticket_id)s and first_seen_at <= %(told_at)s
     order by first_seen_at desc
     limit 1
), following as (
    select first_seen_at, status
      from core.ticket_state
     where contract_id = %(scope)s and ticket_id = %(ticket_id)s and first_seen_at > %(told_at)s
     order by first_seen_at
     limit 1
), same as (
    select first_seen_at from held where status = %(status)s
    union all
    select first_seen_at from following where status = %(status)s
       and not exists (select from held where last_seen_at > %(told_at)s)
    order by first_seen_at
    limit 1
), parted as (
    select * from held where status <> %(status)s and last_seen_at > %(told_at)s and first_seen_at < %(told_at)s
), shortened as (
    update core.ticket_state s
       set last_seen_at = s.first_seen_at
      from parted
     where s.contract_id = %(scope)s and s.ticket_id = %(ticket_id)s and s.first_seen_at = parted.first_seen_at
), extended as (
    update core.ticket_state s
       set first_seen_at = least(s.first_seen_at, %(told_at)s),
           last_seen_at = greatest(s.last_seen_at, %(told_at)s),
           registered_on = case when s.last_seen_at > %(told_at)s then s.registered_on else %(registered_on)s end
      from same
     where s.contract_id = %(scope)s and s.ticket_id = %(ticket_id)s and s.first_seen_at = same.first_seen_at
)
insert into core.ticket_state (contract_id, ticket_id, status, first_seen_at, last_seen_at, registered_on, batch_id)
select %(scope)s, %(ticket_id)s, parted.status, parted.last_seen_at, parted.last_seen_at, parted.registered_on,
       parted.batch_id
  from parted
 union all
select %(scope)s, %(ticket_id)s, %(status)s, %(told_at)s::timestamptz, %(told_at)s, %(registered_on)s::date, %(batch_id)s
 where not exists (select 1 from same)
on conflict (contract_id, ticket_id, first_seen_at) do nothing
