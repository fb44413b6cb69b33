"""The sample month as it is issued: computed from rows, its reports with their evidence, signed. Made once."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sandbox.month import month_rows
from sandbox.scenario import load_scenarios
from service_reports.contracts import Contract
from service_reports.documents import RenderedDocument, render_documents
from service_reports.documents.evidence.rows import RowsFile, evidence_rows
from service_reports.figures import PeriodFigures, compute_figures
from service_reports.records.period_rows import PeriodRows
from service_reports.signing import SigningKey, load_signing_key
from tests.golden.sample_figures import SCENARIO
from tests.throwaway_keys import PASSPHRASE, Authority, made_authority, sign

ORIGIN = {
    "code_version": "0" * 40,
    "contract_sha256": "1" * 64,
    "register_head": {"position": 7, "sha256": "2" * 64, "at": "2026-02-23T11:00:00.000000+00:00"},
}


class Proving(NamedTuple):
    """A month with what its reports carry."""

    contract: Contract
    rows: PeriodRows
    figures: PeriodFigures
    files: tuple[RowsFile, ...]

    @property
    def contents(self) -> dict[str, bytes]:
        return {each.name: each.content for each in self.files}


def with_evidence(contract: Contract, rows: PeriodRows, number: str = "2026-01") -> Proving:
    report = contract.report(number)
    figures = compute_figures(contract, report, 1, None, rows)
    files = evidence_rows(contract, report, rows, figures, ORIGIN)
    kept = tuple(each.kept(f"blobs/{each.name}") for each in files)
    return Proving(contract, rows, figures.model_copy(update={"evidence": kept}), files)


@cache
def proving() -> Proving:
    [scenario] = load_scenarios(SCENARIO)
    return with_evidence(scenario.contract, month_rows(scenario, scenario.contract.reports[0]))


@cache
def proving_documents() -> tuple[RenderedDocument, ...]:
    month = proving()
    return render_documents(month.contract, month.figures, rows=month.contents)


@cache
def authority_and_key() -> tuple[Authority, SigningKey]:
    authority = made_authority()
    return authority, load_signing_key(authority.issue("SMART TMT S.A.S."), PASSPHRASE)


@cache
def issued() -> dict[str, bytes]:
    """The documents as they leave, by the name of the file."""
    _, key = authority_and_key()
    return {
        each.file_name: sign(each.content, key) if each.vendor_box else each.content for each in proving_documents()
    }


def issued_file(kind: str) -> bytes:
    """The one of a kind."""
    return issued()[next(each.file_name for each in proving_documents() if each.kind == kind)]
