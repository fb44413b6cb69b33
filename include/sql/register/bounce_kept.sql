-- Grain: whether these bytes under this name were read before. Parameters: object_key, sha256. Re-run: reads only.
select 1 from register.bounce where object_key = %(object_key)s and sha256 = %(sha256)s
