"""Reads the rendered files back and compares what they say with the figures.

It reads what a screen reader would: the tags of the PDFs, and the cells of the workbook. It knows nothing of what
printed them: a figure that was rendered wrong, cut, left out or put in another row does not reach the signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import localcontext
from typing import NamedTuple

from service_reports.checks.verdict import CheckResult
from service_reports.contracts.model import DOCUMENT_KINDS, Contract
from service_reports.documents.proof.acts import act_findings, ledger_findings, wrong_codes
from service_reports.documents.proof.first_page import first_page_findings
from service_reports.documents.proof.reading import NotReadable, Read
from service_reports.documents.proof.readings import untold_gaps
from service_reports.documents.proof.shared_tables import untold_changes
from service_reports.documents.proof.subject import Subject
from service_reports.documents.proof.sums import wrong_sums
from service_reports.documents.proof.tables import table_findings
from service_reports.documents.proof.values import nameless, unsaid_alternatives, untold, value_findings
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.model import PeriodFigures
from service_reports.records.bounds import MOST_DIGITS

SHOWN = 3
DIGITS = 3 * MOST_DIGITS
"""Of any sum of numbers that a record may have: what arithmetic keeps unasked, 28, a year's use exceeds."""
REPORTS = {"management_report": "Informe de Gestión", "technical_report": "Informe Técnico"}
Documents = Sequence[tuple[RenderedDocument, Read]]


class Proof(NamedTuple):
    """What proves a kind of documents that are no tagged PDFs: the check, and what finds in a file's bytes."""

    check: str
    findings: Callable[[Subject, bytes], list[str]]


def proved(
    contract: Contract,
    figures: PeriodFigures,
    documents: Sequence[RenderedDocument],
    own: Mapping[str, Proof],
) -> list[CheckResult]:
    """Blocking verdicts, one a concern; a detail says in Spanish where what is not as it should be, and what to do.

    ``own`` are the proofs of the kinds, by name, that have one of their own.
    """
    held = Subject(contract, figures, documents)
    subject = f"{figures.contract_id} {figures.report_number} v{figures.version}"
    with localcontext(prec=DIGITS):
        concerns = list(_concerns(held, own))
    return [CheckResult(check, subject, "blocking", not found, _detail(found)) for check, found in concerns]


def _detail(found: Sequence[str]) -> str:
    if not found:
        return "Lo impreso coincide con las cifras"
    return f"Hallazgos ({len(found)}): {'; '.join(found[:SHOWN])}{' …' if len(found) > SHOWN else ''}"


def _concerns(subject: Subject, own: Mapping[str, Proof]) -> Iterator[tuple[str, list[str]]]:
    yield "crosscheck.sums", wrong_sums(subject.figures)
    for kind, proof in own.items():
        contents = [each.content for each in subject.documents if each.kind == kind]
        missing = [] if contents else [f"falta «{DOCUMENT_KINDS[kind].title}»"]
        yield proof.check, [*missing, *(finding for each in contents for finding in proof.findings(subject, each))]
    try:
        documents = subject.pdfs
    except NotReadable as error:
        yield "crosscheck.tags", [f"{error}: vuelva a generar los documentos"]
        return
    yield from _of_tags(subject, documents)


def _of_tags(subject: Subject, documents: Documents) -> Iterator[tuple[str, list[str]]]:
    reports = [(document, read) for document, read in documents if document.kind in REPORTS]
    management = next(read for document, read in reports if document.kind == "management_report")
    acts = [(document, read) for document, read in documents if document.kind == "delivery_act"]
    yield (
        "crosscheck.tags",
        _each(documents, lambda _, read: [f"página {page}: «{text[:60]}» sin etiqueta" for page, text in read.stray]),
    )
    yield "crosscheck.tables", _each(documents, lambda document, read: table_findings(subject, document, read))
    yield "crosscheck.values", _each(documents, lambda _, read: value_findings(subject, read))
    yield "crosscheck.alternatives", _each(documents, lambda _, read: list(unsaid_alternatives(subject, read)))
    yield "crosscheck.completeness", _each(reports, lambda document, read: untold(subject, document.kind, read))
    yield "crosscheck.numbers", _each(documents, lambda _, read: nameless(read.blocks))
    yield (
        "crosscheck.first_page",
        _each(reports, lambda document, read: first_page_findings(subject, document.kind, read)),
    )
    yield (
        "crosscheck.readings",
        untold_gaps(subject.figures, {REPORTS[document.kind]: read for document, read in reports}),
    )
    yield "crosscheck.hour_bank", ledger_findings(subject, management)
    yield "crosscheck.acts", act_findings(subject, management, acts)
    yield "crosscheck.changes", untold_changes(subject, [list(read.tables) for _, read in reports])
    yield "crosscheck.annexes", wrong_codes(subject)


def _each(documents: Documents, findings: Callable[[RenderedDocument, Read], list[str]]) -> list[str]:
    """Findings with the title of their document."""
    return [f"{document.title}, {finding}" for document, read in documents for finding in findings(document, read)]
