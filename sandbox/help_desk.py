"""The help desk's own database, filled from the scenario."""

from __future__ import annotations

import psycopg

from sandbox.scenario import Scenario
from service_reports.contracts import HelpDesk
from service_reports.records import TICKET_COLUMNS

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS help_desk;
CREATE TABLE IF NOT EXISTS help_desk.ticket (
    ticket_id      text NOT NULL,
    customer_code  text NOT NULL,
    service        text NOT NULL CHECK (service IN ('support', 'warranty')),
    registered_on  date,
    status         text NOT NULL,
    product        text NOT NULL,
    module         text NOT NULL,
    process        text NOT NULL,
    subprocess     text NOT NULL,
    summary        text,
    priority       text,
    registered_at      timestamptz,
    first_answered_at  timestamptz,
    solved_at          timestamptz,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (customer_code, ticket_id)
);
CREATE TABLE IF NOT EXISTS help_desk.hour_bank_entry (
    entry_id         serial PRIMARY KEY,
    customer_code    text NOT NULL,
    request          text NOT NULL,
    production_date  date,
    estimated_hours  numeric NOT NULL,
    status           text NOT NULL
);
"""
INSERT_TICKET = """
INSERT INTO help_desk.ticket
    (ticket_id, customer_code, service, registered_on, status, product, module, process, subprocess, summary,
     priority, registered_at, first_answered_at, solved_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
INSERT_HOURS = """
INSERT INTO help_desk.hour_bank_entry (customer_code, request, production_date, estimated_hours, status)
VALUES (%s, %s, %s, %s, %s)
"""


def fill_help_desk(connection: psycopg.Connection, scenario: Scenario) -> None:
    """Create the tables and make this customer's rows those of the scenario, in one transaction.

    A scenario whose help desk is an export has no such database.
    """
    desk = scenario.contract.help_desk
    if not isinstance(desk, HelpDesk):
        return
    customer = desk.customer_code
    tickets = [
        (
            ticket.ticket_id,
            customer,
            service,
            ticket.registered_on,
            ticket.status,
            ticket.product,
            ticket.module,
            ticket.process,
            ticket.subprocess,
            scenario.ticket_summaries.get(ticket.ticket_id),
            *(getattr(ticket, column) for column in TICKET_COLUMNS),
        )
        for service, rows in (("support", scenario.support_tickets), ("warranty", scenario.warranty_tickets))
        for ticket in rows
    ]
    hours = [
        (customer, entry.request, entry.production_date, entry.estimated_hours, entry.status)
        for entry in scenario.hour_bank
    ]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        for table in ("ticket", "hour_bank_entry"):
            cursor.execute(f"DELETE FROM help_desk.{table} WHERE customer_code = %s", (customer,))
        cursor.executemany(INSERT_TICKET, tickets)
        cursor.executemany(INSERT_HOURS, hours)
