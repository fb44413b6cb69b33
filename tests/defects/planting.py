"""Plants a defect where it would come from (contract, template, figures) and says what stops it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from service_reports.contracts import Contract, load_contract
from service_reports.documents import (
    RenderedDocument,
    check_language,
    crosscheck,
    render_documents,
    render_management_report,
    render_technical_report,
)
from service_reports.documents.engine import prose
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.model import PeriodFigures
from tests.golden.sample_figures import SCENARIO, sample_documents

CONTRACT_FILE = SCENARIO / "contract.yaml"


def contract_text(old: str, new: str) -> str:
    """The sample contract with one passage changed, which must be there."""
    text = CONTRACT_FILE.read_text(encoding="utf-8")
    assert old in text, f"the contract does not hold {old!r}"
    return text.replace(old, new)


def planted_contract(folder: Path, old: str, new: str) -> Contract:
    """Load the sample contract with one passage changed.

    Raises:
        ContractError: the loader refuses it.
    """
    path = folder / "contract.yaml"
    path.write_text(contract_text(old, new), encoding="utf-8")
    return load_contract(path)


@contextmanager
def planted_template(folder: Path, name: str, old: str, new: str) -> Iterator[None]:
    """While it lasts, ``name`` (``management/support``) has one passage changed, which must be there."""
    copy = folder / "templates"
    shutil.copytree(prose.TEMPLATES, copy, dirs_exist_ok=True)
    path = copy / f"{name}{prose.SUFFIX}"
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} does not hold {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    forget_templates()
    try:
        with patch.object(prose, "TEMPLATES", copy):
            yield
    finally:
        forget_templates()


def forget_templates() -> None:
    """Read templates anew from now on."""
    for read in (prose._marking_environment, prose._composing_environment, prose._template, prose._plain_template):
        read.cache_clear()


def one_document(kind: str, contract: Contract, figures: PeriodFigures) -> RenderedDocument:
    """One of the two PDFs."""
    return {"management_report": render_management_report, "technical_report": render_technical_report}[kind](
        contract, figures
    )


def language_stops(contract: Contract, figures: PeriodFigures, documents: Sequence[RenderedDocument]) -> dict[str, str]:
    """Failed linters of rendered documents, with their details."""
    return {
        verdict.check: verdict.detail for verdict in check_language(contract, figures, documents) if not verdict.passed
    }


def close_stops(contract: Contract, printed: PeriodFigures, known: PeriodFigures) -> dict[str, str]:
    """Blocking verdicts that fail when documents print other figures than those that are known."""
    documents = render_documents(contract, printed)
    verdicts = [*crosscheck(contract, known, documents), *check_language(contract, known, documents)]
    return {each.check: each.detail for each in verdicts if not each.passed and each.severity == "blocking"}


@cache
def sample_blocks(kind: str) -> tuple[Text, ...]:
    """What the sample's document prints, paragraph by paragraph and cell by cell."""
    return tuple(printed_texts([sample_documents()[kind]]))


def paragraphs(kind: str) -> list[str]:
    """The texts of the sample's document."""
    return [block.text for block in sample_blocks(kind)]
