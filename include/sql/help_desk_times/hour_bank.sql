-- Grain: one request charged to a customer's hour bank.
-- Parameters: customer_code.
-- Columns, all required: request, production_date (may be null), estimated_hours, status.
-- Re-run: reads only.
select request, production_date, estimated_hours, status
  from help_desk.hour_bank_entry
 where customer_code = %(customer_code)s
 order by production_date nulls last, request
