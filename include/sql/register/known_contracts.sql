-- Grain: one contract of which there is a version's row or an event. Parameters: none.
-- Grows with: the contracts, as it goes from each to the next by the index.
-- Re-run: reads only.
with recursive
of_events as (
    (select contract_id from register.event where contract_id is not null order by 1 limit 1)
    union all
    select (select e.contract_id from register.event e where e.contract_id > l.contract_id order by 1 limit 1)
      from of_events l
     where l.contract_id is not null
),
of_reports as (
    (select contract_id from register.report order by 1 limit 1)
    union all
    select (select r.contract_id from register.report r where r.contract_id > l.contract_id order by 1 limit 1)
      from of_reports l
     where l.contract_id is not null
)
select contract_id from of_events where contract_id is not null
union
select contract_id from of_reports where contract_id is not null
 order by 1
