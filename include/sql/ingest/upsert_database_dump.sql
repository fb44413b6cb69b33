-- Grain: one dump file of a contract.
-- Parameters: the columns of core.database_dump, contract as scope.
-- Re-run: writes the same row again; a later listing replaces an earlier one, and never deletes.
insert into core.database_dump (contract_id, file_name, dump_day, size_bytes, modified_at, batch_id)
values (%(scope)s, %(file_name)s, %(dump_day)s, %(size_bytes)s, %(modified_at)s, %(batch_id)s)
on conflict (contract_id, file_name) do update
   set size_bytes = excluded.size_bytes, modified_at = excluded.modified_at, batch_id = excluded.batch_id
