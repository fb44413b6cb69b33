"""What answers for OCI in the sandbox reads Oracle's documents, not the product's opinion of them."""

from pathlib import Path

import pytest

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
ANSWERING = [*sorted(path.name for path in SANDBOX.glob("oci_*.py")), "cost_reports.py"]


@pytest.mark.parametrize("name", ANSWERING)
def test_what_answers_for_oci_uses_no_belief_of_the_product(name: str) -> None:
    text = (SANDBOX / name).read_text(encoding="utf-8")
    assert [belief for belief in ("service_reports.sources", "service_reports.figures") if belief in text] == []
