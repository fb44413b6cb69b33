"""What is declared of a kind of document, and what follows from it."""

from service_reports.contracts.model import DOCUMENT_KINDS
from service_reports.documents.kinds import KINDS


def test_every_kind_that_a_contract_may_ask_for_is_made() -> None:
    assert list(KINDS) == list(DOCUMENT_KINDS)


def test_what_is_no_tagged_pdf_has_a_proof_of_its_own() -> None:
    unproved = {kind for kind, each in KINDS.items() if each.proof is None}
    assert unproved == {kind for kind, each in DOCUMENT_KINDS.items() if each.suffix == ".pdf"}
