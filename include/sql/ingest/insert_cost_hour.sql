-- Grain: one hour, compartment, product and set of tags of one cost report.
-- Parameters: the columns of raw.oci_cost_hour.
-- Re-run: the caller deletes the batch's lines first, in the same transaction.
insert into raw.oci_cost_hour (batch_id, tenancy_ocid, charge_period_start, compartment_ocid, service_code,
                               product_description, unit, currency, quantity, cost, lines, corrections, tags)
values (%(batch_id)s, %(scope)s, %(charge_period_start)s, %(compartment_ocid)s, %(service_code)s,
        %(product_description)s, %(unit)s, %(currency)s, %(quantity)s, %(cost)s, %(lines)s, %(corrections)s, %(tags)s)
