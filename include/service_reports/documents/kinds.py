"""How documents of each kind are made and proved; its name, title and code are a field of ``DocumentCodes``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from service_reports.checks.verdict import CheckResult
from service_reports.contracts.model import Contract
from service_reports.documents.evidence.manifest import Evidence, evidence_of
from service_reports.documents.proof.certification_draft import draft_findings
from service_reports.documents.proof.crosscheck import Proof, proved
from service_reports.documents.proof.crosscheck_workbook import differences
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.documents.sections.certification_draft import render_certification_draft
from service_reports.documents.sections.delivery_act import render_delivery_acts
from service_reports.documents.sections.management_report import render_management_report
from service_reports.documents.sections.technical_report import render_technical_report
from service_reports.documents.sections.workbook import render_ticket_workbook
from service_reports.figures.chapter import Report
from service_reports.figures.model import PeriodFigures

Rows = Mapping[str, bytes]
"""The files of rows behind the figures by name, as ``evidence.rows`` made them."""
Render = Callable[[Contract, PeriodFigures, Sequence[RenderedDocument], Evidence | None], Sequence[RenderedDocument]]
"""Makes all documents of a kind, given those made before them, which it may name by their hashes, and the evidence."""


class Kind(NamedTuple):
    """What makes the documents of a kind, and their own proof: tagged PDFs have none, they are proved together."""

    render: Render
    proof: Proof | None = None


def _single(render: Callable[[Contract, PeriodFigures], RenderedDocument]) -> Render:
    return lambda contract, figures, _, __: (render(contract, figures),)


def _proving_itself(
    report: Report, render: Callable[[Contract, PeriodFigures, Sequence[Attachment]], RenderedDocument]
) -> Render:
    """A report that carries its evidence, where there are rows."""

    def rendered(
        contract: Contract, figures: PeriodFigures, made: Sequence[RenderedDocument], evidence: Evidence | None
    ) -> tuple[RenderedDocument, ...]:
        inside = () if evidence is None else evidence_of(report, contract, figures, evidence, made)
        return (render(contract, figures, inside),)

    return rendered


KINDS: Mapping[str, Kind] = {
    "management_report": Kind(_proving_itself("management_report", render_management_report)),
    "technical_report": Kind(_proving_itself("technical_report", render_technical_report)),
    "ticket_workbook": Kind(_single(render_ticket_workbook), Proof("crosscheck.workbook", differences)),
    "delivery_act": Kind(lambda contract, figures, _, __: render_delivery_acts(contract, figures)),
    "certification_draft": Kind(
        lambda contract, figures, made, _: render_certification_draft(contract, figures, made),
        Proof("crosscheck.certification_draft", draft_findings),
    ),
}
"""By the names of ``DocumentCodes``."""


PRINTED_LAST = ("technical_report", "management_report")
"""What names all others by their hashes; each of both what was made before it."""


def render_documents(
    contract: Contract,
    figures: PeriodFigures,
    kinds: Sequence[str] | None = None,
    *,
    rows: Rows | None = None,
) -> tuple[RenderedDocument, ...]:
    """The documents of one report, in the order of its annexes: all that the contract asks for, or those of some kinds.

    With ``rows`` (the files that ``figures.evidence`` names) each report carries its evidence.

    Raises:
        KeyError: the contract's calendar has no report with the figures' number.
    """
    asked = list(contract.document_kinds if kinds is None else kinds)
    evidence = None if rows is None else Evidence.of(figures, rows)
    made: list[RenderedDocument] = []
    for kind in sorted(asked, key=lambda each: PRINTED_LAST.index(each) if each in PRINTED_LAST else -1):
        made += KINDS[kind].render(contract, figures, tuple(made), evidence)
    return tuple(sorted(made, key=lambda each: asked.index(each.kind)))


def crosscheck(contract: Contract, figures: PeriodFigures, documents: Sequence[RenderedDocument]) -> list[CheckResult]:
    """Read the documents of one report back, and hold them against its contract and figures.

    Returns:
        Blocking verdicts, one a concern; a detail says in Spanish where what is not as it should be, and what to do.
    """
    own = {kind: KINDS[kind].proof for kind in contract.document_kinds}
    return proved(contract, figures, documents, {kind: proof for kind, proof in own.items() if proof})
