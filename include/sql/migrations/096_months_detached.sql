-- A month whose table was detached or dropped by hand is missing like one that was moved away: its use is not read as none, and
-- no line of it is refused as if something were wrong with the line.
create function raw.cost_month_is_attached(first date) returns boolean language sql stable as $$
    select exists (select from pg_inherits
                    where inhrelid = to_regclass('raw.' || raw.name_of_cost_month(first))
                      and inhparent = 'raw.oci_cost_use'::regclass and not inhdetachpending)
$$;

create or replace function raw.ensure_cost_month(first date) returns void language plpgsql as $$
declare known raw.oci_cost_month;
begin
    for attempt in 1..2 loop
        select * into known from raw.oci_cost_month where month = first;
        if known.month is not null then
            perform raw.cost_months_are_here(first, first);
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

create or replace function raw.cost_months_are_here(first date, last date) returns boolean language plpgsql stable as $$
declare missing raw.oci_cost_month;
begin
    select * into missing from raw.oci_cost_month
     where month between date_trunc('month', first) and last
       and (away_since is not null or not raw.cost_month_is_attached(month))
     order by month limit 1;
    if missing.away_since is not null then
        raise exception 'el mes % del uso está fuera de la base desde el %: devuélvalo como dice docs/server.md',
            to_char(missing.month, 'YYYY-MM'), missing.away_since::date;
    elsif missing.month is not null then
        raise exception 'falta en la base la tabla del mes % del uso, y nadie la sacó como dice docs/server.md: vea allí cómo vuelve',
            to_char(missing.month, 'YYYY-MM');
    end if;
    return true;
end
$$;
comment on function raw.cost_months_are_here is
    'True, or an error where the table of a month of these days is missing: its use is not read as none.';
