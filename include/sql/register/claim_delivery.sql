-- Grain: the one message of a version, when it waits to be sent and its documents lie in the archive.
-- Parameters: contract_id, report_number, version.
-- Re-run: gives a row to one caller only; who comes second skips the row and gets none.
with waiting as (
    select d.contract_id, d.report_number, d.version
      from register.delivery d
      join register.report r using (contract_id, report_number, version)
     where d.contract_id = %(contract_id)s and d.report_number = %(report_number)s and d.version = %(version)s
       and d.state = 'queued' and r.archived_at is not null and r.state <> 'superseded'
       for update of d skip locked
)
update register.delivery d
   set state = 'sending', attempts = attempts + 1, claimed_at = now(), detail = null
  from waiting
 where (d.contract_id, d.report_number, d.version)
     = (waiting.contract_id, waiting.report_number, waiting.version)
returning d.message_key
