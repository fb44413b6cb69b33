-- Hourly sums of cost reports by month of use, with numbers for texts: a fifth of the room, and old months can be moved away.
create table raw.oci_cost_place (
    place_id          integer generated always as identity primary key,
    tenancy_ocid      text not null,
    compartment_ocid  text not null,
    tags              jsonb not null,
    unique (tenancy_ocid, compartment_ocid, tags)
);
comment on table raw.oci_cost_place is 'Where something was used: compartments, by the tags by which some contract is told apart.';

create table raw.oci_cost_product (
    product_id           integer generated always as identity primary key,
    service_code         text not null,
    product_sku          text not null,
    product_description  text not null,
    unit                 text not null,
    currency             text not null,
    unique (service_code, product_sku, product_description, unit, currency)
);
comment on table raw.oci_cost_product is 'What was used, as the provider names it, and the currency in which it is billed.';

create function raw.refuse_removal() returns trigger language plpgsql as $$
begin
    raise exception '% on %.% is refused: hours of use name the row by its number', lower(tg_op), tg_table_schema, tg_table_name;
end
$$;
create trigger named_by_hours before update or delete on raw.oci_cost_place
    for each row execute function raw.refuse_removal();
create trigger named_by_hours before update or delete on raw.oci_cost_product
    for each row execute function raw.refuse_removal();

-- No foreign keys: they would be looked up for every row that is copied, and making a month would lock the ledger. Places and
-- products never go, and rows of the ledger neither. The columns stand as they need the least room.
create table raw.oci_cost_use (
    charge_period_start  timestamptz not null,
    batch_id             bigint not null,
    place_id             integer not null,
    product_id           integer not null,
    lines                integer not null,
    corrections          integer not null,
    quantity             numeric not null,
    cost                 numeric not null
) partition by range (charge_period_start);
comment on table raw.oci_cost_use is
    'Lines of one cost report added up by hour (UTC), place and product; sum all. A partition is a month of use (UTC). Its whole'
    ' rows are read by the view raw.oci_cost_hour.';
create index oci_cost_use_by_batch on raw.oci_cost_use (batch_id);
create index oci_cost_use_by_place on raw.oci_cost_use (place_id, charge_period_start);

create table raw.oci_cost_month (
    month       date primary key check (extract(day from month) = 1),
    away_since  timestamptz,
    held        bigint,
    told        numeric,
    check ((away_since is null) = (held is null) and (held is null) = (told is null))
);
comment on table raw.oci_cost_month is
    'Months of use (UTC) that have a partition, or had one that was moved away; held and told are then how many rows it has, and'
    ' a sum over all of them, by which it is known when it comes back.';

create function raw.name_of_cost_month(first date) returns text
language sql immutable as $$ select 'oci_cost_use_' || to_char(first, 'YYYY_MM') $$;

create function raw.attach_cost_month(first date) returns void language plpgsql as $$
begin
    execute format('alter table raw.oci_cost_use attach partition raw.%I for values from (%L) to (%L)',
                   raw.name_of_cost_month(first), first::timestamp at time zone 'UTC',
                   (first + interval '1 month')::timestamp at time zone 'UTC');
end
$$;

create function raw.ensure_cost_month(first date) returns void language plpgsql as $$
declare known raw.oci_cost_month;
begin
    for attempt in 1..2 loop
        select * into known from raw.oci_cost_month where month = first;
        if known.away_since is not null then
            raise exception 'el mes % del uso está fuera de la base desde el %: devuélvalo como dice docs/server.md',
                to_char(first, 'YYYY-MM'), known.away_since::date;
        elsif known.month is not null then
            return;
        end if;
        perform pg_advisory_xact_lock(hashtext('raw.oci_cost_month'));  -- another load may be making it
    end loop;
    -- Made apart and attached, which locks nobody out who reads or loads other months.
    execute format('create table raw.%I (like raw.oci_cost_use including defaults)', raw.name_of_cost_month(first));
    perform raw.attach_cost_month(first);
    insert into raw.oci_cost_month (month) values (first);
end
$$;
comment on function raw.ensure_cost_month is 'Makes the partition of a month, named by its first day, where there is none.';

create function raw.cost_months_are_here(first date, last date) returns boolean language plpgsql stable as $$
declare away date;
begin
    select month into away from raw.oci_cost_month
     where away_since is not null and month between date_trunc('month', first) and last order by month limit 1;
    if away is not null then
        raise exception 'el mes % del uso está fuera de la base: devuélvalo como dice docs/server.md', to_char(away, 'YYYY-MM');
    end if;
    return true;
end
$$;
comment on function raw.cost_months_are_here is
    'True, or an error where a month of these days was moved away: its use is not read as none.';

create function raw.sum_of_cost_month(first date, out held bigint, out told numeric) language plpgsql as $$
begin
    execute format('select count(*), coalesce(sum(hashtextextended(row(charge_period_start at time zone ''UTC'', batch_id, place_id,'
                   ' product_id, lines, corrections, quantity, cost)::text, 0)), 0) from raw.%I', raw.name_of_cost_month(first))
       into held, told;
end
$$;

create function raw.move_cost_month_away(first date) returns text language plpgsql as $$
begin
    execute format('alter table raw.oci_cost_use detach partition raw.%I', raw.name_of_cost_month(first));
    update raw.oci_cost_month m set away_since = now(), held = s.held, told = s.told
      from raw.sum_of_cost_month(first) s where m.month = first;
    return 'raw.' || raw.name_of_cost_month(first);
end
$$;
comment on function raw.move_cost_month_away is 'Detaches a month''s table, whose name it gives: dump it, then drop it.';

create function raw.take_cost_month_back(first date) returns void language plpgsql as $$
declare sums record; known raw.oci_cost_month;
begin
    select * into strict known from raw.oci_cost_month where month = first and away_since is not null;
    select * into sums from raw.sum_of_cost_month(first);
    if (sums.held, sums.told) is distinct from (known.held, known.told) then
        raise exception 'raw.% no es la tabla que se sacó: tiene % filas y la suma %; eran % y %',
            raw.name_of_cost_month(first), sums.held, sums.told, known.held, known.told;
    end if;
    perform raw.attach_cost_month(first);
    update raw.oci_cost_month set away_since = null, held = null, told = null where month = first;
end
$$;
comment on function raw.take_cost_month_back is 'Attaches a month''s table that was restored, if it has the very rows that it had.';

insert into raw.oci_cost_place (tenancy_ocid, compartment_ocid, tags)
select distinct tenancy_ocid, compartment_ocid, tags from raw.oci_cost_hour order by 1, 2, 3;
insert into raw.oci_cost_product (service_code, product_sku, product_description, unit, currency)
select distinct service_code, product_sku, product_description, unit, currency from raw.oci_cost_hour order by 1, 2, 3, 4, 5;
select raw.ensure_cost_month(month)
  from (select distinct date_trunc('month', charge_period_start at time zone 'UTC')::date as month from raw.oci_cost_hour) each;
insert into raw.oci_cost_use
       (charge_period_start, batch_id, place_id, product_id, lines, corrections, quantity, cost)
select h.charge_period_start, h.batch_id, l.place_id, p.product_id, h.lines, h.corrections, h.quantity, h.cost
  from raw.oci_cost_hour h
  join raw.oci_cost_place l using (tenancy_ocid, compartment_ocid, tags)
  join raw.oci_cost_product p using (service_code, product_sku, product_description, unit, currency);

drop view core.oci_usage_daily;
drop table raw.oci_cost_hour;

create view raw.oci_cost_hour as
select u.batch_id, l.tenancy_ocid, u.charge_period_start, l.compartment_ocid, p.service_code, p.product_description, p.unit,
       p.currency, u.quantity, u.cost, u.lines, u.corrections, l.tags, p.product_sku
  from raw.oci_cost_use u
  join raw.oci_cost_place l using (place_id)
  join raw.oci_cost_product p using (product_id);
comment on view raw.oci_cost_hour is
    'Lines of one cost report added up by hour (UTC), compartment and product. Corrections are rows of their own: sum all.';

create view core.oci_usage_daily as
select tenancy_ocid,
       compartment_ocid,
       (charge_period_start at time zone 'UTC')::date as usage_date,
       service_code,
       product_description,
       unit,
       currency,
       sum(quantity) as quantity,
       sum(cost) as cost,
       count(distinct charge_period_start) filter (where lines > corrections)::integer as hours
  from raw.oci_cost_hour
 group by 1, 2, 3, 4, 5, 6, 7;
comment on view core.oci_usage_daily is 'Billed quantity by UTC day, compartment and product, with the hours that have lines.';
