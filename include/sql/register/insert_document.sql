-- Grain: one document of a version. Parameters: the columns of register.document.
-- Re-run: never: the caller holds the version's lock and has seen that it is not registered.
insert into register.document (contract_id, report_number, version, position, kind, title, code, file_name, media_type,
                               sha256, size_bytes, blob_key, archive_key)
values (%(contract_id)s, %(report_number)s, %(version)s, %(position)s, %(kind)s, %(title)s, %(code)s, %(file_name)s,
        %(media_type)s, %(sha256)s, %(size_bytes)s, %(blob_key)s, %(archive_key)s)
