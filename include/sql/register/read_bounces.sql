-- Grain: one report about a delivery, as an event holds it. Parameters: none. Re-run: reads only.
select object_key, sha256, action, detail, message_id, contract_id, report_number, version from register.bounce
