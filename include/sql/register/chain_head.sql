-- Grain: the last event of the chain, and the moment of this transaction. Parameters: none. Re-run: reads only.
-- One row always: position 0 with an empty hash where there is no event yet.
select coalesce(e.position, 0) as position, coalesce(e.sha256, '') as sha256, now() as moment
  from (values (1)) as one
  left join (select position, sha256 from register.event order by position desc limit 1) e on true
