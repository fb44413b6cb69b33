-- Where each compartment lay, and since when: one that moves takes along what it uses from then on.
create table core.oci_compartment_place (
    tenancy_ocid      text not null,
    compartment_ocid  text not null,
    parent_ocid       text not null,
    since             timestamptz not null,
    primary key (tenancy_ocid, compartment_ocid, since)
);
comment on table core.oci_compartment_place is
    'What a compartment lay under; since is the moment of the first listing that told so, -infinity for the first of all.';
create index oci_compartment_place_by_parent on core.oci_compartment_place (tenancy_ocid, parent_ocid);

insert into core.oci_compartment_place (tenancy_ocid, compartment_ocid, parent_ocid, since)
select tenancy_ocid, compartment_ocid, parent_ocid, '-infinity' from core.oci_compartment;

create function core.compartment_stays(tenancy text, roots text[])
returns table (compartment_ocid text, since timestamptz, until timestamptz)
language sql stable as $$
    with recursive place as (
        select p.compartment_ocid, p.parent_ocid, p.since,
               lead(p.since, 1, 'infinity') over (partition by p.compartment_ocid order by p.since) as until
          from core.oci_compartment_place p
         where p.tenancy_ocid = tenancy
    ), stay as (
        select unnest(roots) as compartment_ocid, '-infinity'::timestamptz as since, 'infinity'::timestamptz as until
         union
        select p.compartment_ocid, greatest(p.since, s.since), least(p.until, s.until)
          from place p
          join stay s on p.parent_ocid = s.compartment_ocid and greatest(p.since, s.since) < least(p.until, s.until)
    )
    select compartment_ocid, since, until from stay
$$;
comment on function core.compartment_stays is
    'From when until when (excluded) compartments lay under some roots; the roots always, and alone where no tree was read.';
