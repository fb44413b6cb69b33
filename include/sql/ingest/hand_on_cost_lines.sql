-- Grain: all lines and corrections of an object that a newer batch gives another text, where an object of another name has
--   the text it had: that one's lines were left out as a copy, and are its own from now on.
-- Parameters: batch_id (the newer one), first_interval, last_interval (instants that the object's batches ever told of, so
--   that only their months are planned for). Grows with: the copies of this text.
-- Re-run: finds nothing the second time.
with copy as (
    select distinct on (replaced.batch_id) replaced.batch_id as replaced_id, other.batch_id
      from raw.batch this
      left join raw.oci_cost_text new using (batch_id)
      join raw.batch replaced on replaced.source = this.source and replaced.scope = this.scope
                             and replaced.name = this.name and replaced.sha256 <> this.sha256
      left join raw.oci_cost_text old on old.batch_id = replaced.batch_id
     cross join lateral (select batch_id from raw.batch packed
                          where packed.scope = this.scope and packed.sha256 = replaced.sha256
                          union
                         select batch_id from raw.oci_cost_text copy where copy.text_sum = old.text_sum) same
      join raw.batch other on other.batch_id = same.batch_id
                          and other.source = this.source and other.scope = this.scope and other.name <> this.name
                          and other.tag_keys <@ replaced.tag_keys
                          and other.state = 'loaded'
     where this.batch_id = %(batch_id)s
       and (new.text_sum = old.text_sum) is not true
       and exists (select from raw.oci_cost_use
                    where batch_id = replaced.batch_id
                      and charge_period_start between %(first_interval)s and %(last_interval)s)
       and not exists (select from raw.oci_cost_use
                        where batch_id = other.batch_id
                          and charge_period_start between %(first_interval)s and %(last_interval)s)
     order by replaced.batch_id, other.batch_id
), lines as (
    update raw.oci_cost_use h set batch_id = copy.batch_id
      from copy
     where h.batch_id = copy.replaced_id and h.charge_period_start between %(first_interval)s and %(last_interval)s
), told as (
    -- By which its lines are found again: it may have been read when less of the text was.
    update raw.batch b
       set first_interval = least(b.first_interval, %(first_interval)s),
           last_interval = greatest(b.last_interval, %(last_interval)s)
      from copy
     where b.batch_id = copy.batch_id
), numbered as (
    update raw.oci_cost_line l set batch_id = copy.batch_id from copy where l.batch_id = copy.replaced_id
), repeated as (
    update raw.oci_cost_line_repeated r set held_by = copy.batch_id from copy where r.held_by = copy.replaced_id
), aside as (
    update raw.oci_cost_line_aside a set batch_id = copy.batch_id from copy where a.batch_id = copy.replaced_id
)
update raw.oci_cost_correction c set batch_id = copy.batch_id from copy where c.batch_id = copy.replaced_id
