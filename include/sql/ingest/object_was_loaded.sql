-- Grain: whether any batch of an object was ever loaded, whatever became of it since: only then lines of it are counted.
-- Parameters: source, scope, name. Grows with: the versions of the object.
-- Re-run: reads only.
select exists (select from raw.batch
                where source = %(source)s and scope = %(scope)s and name = %(name)s and loaded_at is not null)
