-- Grain: one report about a delivery, a file of the archive.
-- Parameters: object_key, sha256, action, detail, objection, message_id, contract_id, report_number, version.
-- Re-run: the same bytes under the same name stay one row; no row then.
insert into register.bounce
    (object_key, sha256, action, detail, objection, message_id, contract_id, report_number, version)
values (%(object_key)s, %(sha256)s, %(action)s, %(detail)s, %(objection)s, %(message_id)s,
        %(contract_id)s, %(report_number)s, %(version)s)
on conflict (object_key, sha256) do nothing
returning *
