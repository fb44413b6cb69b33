-- Grain: one dump file of a contract.
-- Parameters: the columns of core.database_dump, contract as scope, told_at (the moment that the listing tells of).
-- Re-run: writes the same row again; what the later listing says stays, and none deletes.
insert into core.database_dump (contract_id, file_name, dump_day, size_bytes, modified_at, batch_id)
values (%(scope)s, %(file_name)s, %(dump_day)s, %(size_bytes)s, %(modified_at)s, %(batch_id)s)
on conflict (contract_id, file_name) do update
   set dump_day = excluded.dump_day,
       size_bytes = excluded.size_bytes,
       modified_at = excluded.modified_at,
       batch_id = excluded.batch_id
 where %(told_at)s >= (select coalesce(observed_at, fetched_at) from raw.batch
                        where batch_id = core.database_dump.batch_id)
