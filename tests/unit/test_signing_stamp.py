"""The stamp says how, who and when, and fits the field it is given."""

from datetime import UTC, datetime
from io import BytesIO

import pdfplumber
import pytest

from service_reports.signing.stamp import stamp_lines, stamp_page

LINES = stamp_lines("SMART TMT S.A.S.", datetime(2026, 2, 23, 11, 3, 5, tzinfo=UTC), "electronic")


def test_an_electronic_signature_is_not_called_digital() -> None:
    assert LINES == (
        "Firmado electrónicamente por",
        "SMART TMT S.A.S.",
        "23 de febrero de 2026, 06:03:05 (Bogotá, UTC−5)",
    )


def test_a_digital_signature_is_called_so() -> None:
    assert stamp_lines("X", datetime(2026, 2, 23, tzinfo=UTC), "digital")[0] == "Firmado digitalmente por"


def test_the_day_is_bogotas() -> None:
    evening = datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert stamp_lines("X", evening, "digital")[2].startswith("28 de febrero de 2026, 22:00")


@pytest.mark.parametrize(("width", "height"), [(200.0, 50.0), (90.0, 50.0), (200.0, 18.0), (400.0, 120.0)])
def test_all_of_it_is_inside_the_field(width: float, height: float) -> None:
    with pdfplumber.open(BytesIO(stamp_page(LINES, width, height))) as document:
        (page,) = document.pages
        assert (page.width, page.height) == (width, height)
        assert page.extract_text().splitlines() == list(LINES)
        assert min(char["x0"] for char in page.chars) >= 0
        assert max(char["x1"] for char in page.chars) <= width
        assert min(char["top"] for char in page.chars) >= 0
        assert max(char["bottom"] for char in page.chars) <= height
        assert max(char["size"] for char in page.chars) <= 8.5


def test_the_same_stamp_is_the_same_bytes() -> None:
    assert stamp_page(LINES, 200, 50) == stamp_page(LINES, 200, 50)
