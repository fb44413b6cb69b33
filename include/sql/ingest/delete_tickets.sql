-- Grain: the tickets of a contract in the window of an export.
-- Parameters: scope (contract), window_from, window_to (Bogotá days, both included).
-- Re-run: the export that follows in the same transaction brings them back as they are now.
delete from core.ticket
 where contract_id = %(scope)s
   and (registered_on between %(window_from)s and %(window_to)s
        or (service = 'warranty' and registered_on is null))
