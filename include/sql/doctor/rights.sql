-- Grain: one row: the role that asks, and what it may do in this database. Parameters: none.
-- Grows with: the number of tables.
-- Re-run: reads only.
select current_user::text as role,
       r.rolsuper as superuser,
       r.rolcreaterole or r.rolcreatedb as beyond_its_database,
       has_database_privilege(current_database(), 'create')
         and coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false) as may_create,
       (select coalesce(array_agg(distinct n.nspname::text order by n.nspname::text), '{}')
          from pg_namespace n
          left join pg_class c on c.relnamespace = n.oid
         where n.nspname !~ '^(pg_|information_schema$|public$)'
           and not (pg_has_role(n.nspowner, 'usage') and (c.oid is null or pg_has_role(c.relowner, 'usage')))) as others
  from pg_roles r
 where r.rolname = current_user
