"""Checks of one round of probes: rows are ``HttpProbe``."""

from service_reports.checks.suite import Check, Suite, at_least, between, present, unique
from service_reports.records import HttpProbe

PROBE = ("url", "private", "probed_at", "status", "first_byte_ms", "failure")


def said(probe: HttpProbe) -> str | None:
    """What came of it: the status, or else why there is none."""
    return probe.failure or (None if probe.status is None else str(probe.status))


SUITE = Suite(
    source="http_addresses",
    fields=PROBE,
    derived={"said": said},
    totals={"rows": len},
    batch_checks=(Check("http_addresses.has_rows", "warning", "Se preguntó a alguna dirección.", at_least("rows", 1)),),
    row_checks=(
        Check(
            "http_addresses.said",
            "row",
            "De cada pregunta se sabe el estado de la respuesta o por qué no la hubo.",
            present("said"),
            shows=PROBE,
        ),
        Check(
            "http_addresses.asked_once",
            "row",
            "A cada dirección se le pregunta una vez por ronda.",
            unique("url", "private"),
            shows=PROBE,
        ),
        Check(
            "http_addresses.status_is_one",
            "row",
            "El estado de la respuesta tiene tres cifras; uno que HTTP no define cuenta como un error del servicio.",
            between("status", 100, 999),
            shows=PROBE,
        ),
        Check(
            "http_addresses.first_byte_not_negative",
            "row",
            "El tiempo hasta el primer byte no es negativo.",
            at_least("first_byte_ms", 0),
            shows=PROBE,
        ),
    ),
)
