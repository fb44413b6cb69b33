"""Every kind of finding that can stand in a report has a Spanish name and a line in the operators' page."""

from __future__ import annotations

import re
from pathlib import Path

from service_reports.wording.es_co.terms import FINDINGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "observations.md"
OF_A_TENANCY = {
    "cost.lines_repeated",
    "cost.object_duplicated",
    "cost.object_replaced",
    "cost.unattributed",
    "metrics.five_minutes_lost",
    "metrics.series_of_nobody",
    "metrics.stamps_changed",
}
"""Findings about a tenancy are not printed: they may speak of another customer."""
OF_THE_CONTRACTOR = {
    "signing.certificate_expires",
    "calendar.report_due",
    "calendar.not_delivered",
    "calendar.contract_unreadable",
}
"""Nor what is the contractor's own matter."""
OF_DELIVERIES = {
    *("delivery.bounced", "delivery.bounce_unmatched", "delivery.bounce_set_aside", "delivery.reported"),
    "delivery.return_refused",
}
"""Nor what became of messages: it is known after the report was issued."""

OF_COLLECTIONS = {"collection.refused"}
"""Nor what was refused: a report says of its days what came and is not in force."""


def test_the_page_and_the_printed_names_agree() -> None:
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented - OF_A_TENANCY - OF_DELIVERIES - OF_THE_CONTRACTOR - OF_COLLECTIONS == set(FINDINGS)
