-- Grain: one report of a contract that was issued, or of which a person said why it is not.
-- Parameters: contract_id. Re-run: reads only. Grows with the reports of the contract.
select report_number
  from register.standing
 where contract_id = %(contract_id)s and (registered or last_word = 'settled')
