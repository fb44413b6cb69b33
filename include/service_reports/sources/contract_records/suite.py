"""Checks of one workbook of a contract's records: rows are those of its registers, each of its own class.

Columns, categories and duplicates were refused while it was read. Here dates are compared with
one another. Texts of events and matters are free and are never shown.
"""

from collections.abc import Callable

from service_reports.checks.suite import Check, Suite, at_least, not_before
from service_reports.records import REGISTERS, KeptRegister, Record, register_of

DAYS = {
    "consultations": ("asked_on", "answered_on"),
    "force_majeure": ("occurred_on", "notified_on"),
    "incidents": ("occurred_on", "closed_on"),
    "social_security": ("month", "issued_on"),
    "payments": ("billed_on", "paid_on"),
}
NOT_OWED = frozenset({"registers", "action_plans", "payments", "replies"})
"""What a workbook may lack: the list of the others, plans, without which findings say that they have none, payments,
without which nothing is said of what was paid, and replies, without which a request stays open."""
CHANGE = ("requested_on", "approved_on", "specified_on", "delivered_on")


def _of(name: str) -> Callable[[Record], object]:
    return lambda row: getattr(row, name, None)


def _in_order(register: str, meaning: str, earlier: str, later: str) -> Check:
    return Check(
        f"contract_records.{later}_after_{earlier}"
        if register == "change_controls"
        else f"contract_records.{register}_in_order",
        "blocking",
        meaning,
        not_before(later, earlier),
        where=("register", register),
        shows=(earlier, later),
    )


SUITE = Suite(
    source="contract_records",
    fields=(),
    derived={
        "register": register_of,
        "owed": lambda row: isinstance(row, KeptRegister) and row.name not in NOT_OWED,
        **{name: _of(name) for name in sorted({*CHANGE, *(day for pair in DAYS.values() for day in pair)})},
    },
    totals={"registers": lambda rows: sum(row["owed"] is True for row in rows)},
    batch_checks=(
        Check(
            "contract_records.has_all_registers",
            "warning",
            "El libro tiene todos los registros: lo que se apoye en uno que falte se imprime como pendiente.",
            at_least("registers", len(set(REGISTERS) - NOT_OWED)),
        ),
    ),
    row_checks=(
        _in_order("consultations", "Ninguna consulta se responde antes de hacerse.", *DAYS["consultations"]),
        _in_order("force_majeure", "Ningún aviso de fuerza mayor es anterior al hecho.", *DAYS["force_majeure"]),
        _in_order("incidents", "Ningún incidente se cierra antes de ocurrir.", *DAYS["incidents"]),
        _in_order("social_security", "Ninguna planilla es anterior al mes que paga.", *DAYS["social_security"]),
        _in_order("payments", "Ninguna factura se paga antes de su fecha.", *DAYS["payments"]),
        _in_order("change_controls", "Ningún control de cambio se aprueba antes de solicitarse.", *CHANGE[0:2]),
        _in_order("change_controls", "Ninguna especificación es anterior a la aprobación.", *CHANGE[1:3]),
        _in_order("change_controls", "Ningún acta es anterior a la especificación.", *CHANGE[2:4]),
    ),
)
