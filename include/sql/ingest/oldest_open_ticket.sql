-- Grain: the day (Bogotá) of the oldest support request of a contract that is not finished; null when there is none.
-- Parameters: contract_id, finished (the state of a finished request). Re-run: reads only.
select min(registered_on)
  from core.ticket
 where contract_id = %(contract_id)s and service = 'support'
   and (status < %(finished)s or status > %(finished)s) -- two ranges of an index
