"""Plants a defect where it would come from (contract, template, figures) and says what stops it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from service_reports.contracts import Contract, load_contract
from service_reports.documents import (
    RenderedDocument,
    check_language,
    crosscheck,
    render_management_report,
    render_technical_report,
)
from service_reports.documents.engine import prose
from service_reports.documents.proof import language
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.figures.model import PeriodFigures
from tests.golden.sample_figures import SCENARIO, sample, sample_documents

CONTRACT_FILE = SCENARIO / "contract.yaml"


def contract_text(passages: Mapping[str, str]) -> str:
    """The sample contract with passages changed (old → new), which must be there."""
    text = CONTRACT_FILE.read_text(encoding="utf-8")
    for old, new in passages.items():
        assert old in text, f"the contract does not hold {old!r}"
        text = text.replace(old, new)
    return text


def planted_contract(folder: Path, passages: Mapping[str, str]) -> Contract:
    """Load the sample contract with passages changed (old → new).

    Raises:
        ContractError: the loader refuses it.
    """
    path = folder / "contract.yaml"
    path.write_text(contract_text(passages), encoding="utf-8")
    return load_contract(path)


@contextmanager
def planted_templates(folder: Path, passages: Iterable[tuple[str, str, str]]) -> Iterator[None]:
    """While it lasts, templates (``management/support``) have passages changed (old → new), which must be there."""
    copy = folder / "templates"
    shutil.copytree(prose.TEMPLATES, copy, dirs_exist_ok=True)
    for name, old, new in passages:
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


def all_that_is_told(kind: str, contract: Contract) -> dict[str, str]:
    """Failed linters of a document of the sample's figures beside the sample's others, with every finding."""
    _, figures = sample()
    others = [each for each in sample_documents().values() if each.kind != kind]
    with patch.object(language, "SHOWN", sys.maxsize):
        return language_stops(contract, figures, [one_document(kind, contract, figures), *others])


def close_stops(contract: Contract, known: PeriodFigures, documents: Sequence[RenderedDocument]) -> dict[str, str]:
    """Blocking verdicts that fail when documents are held against the figures that are known."""
    verdicts = [*crosscheck(contract, known, documents), *check_language(contract, known, documents)]
    return {each.check: each.detail for each in verdicts if not each.passed and each.severity == "blocking"}


@cache
def sample_blocks(kind: str) -> tuple[Text, ...]:
    """What the sample's document prints, paragraph by paragraph and cell by cell."""
    return tuple(printed_texts([sample_documents()[kind]]))


def paragraphs(kind: str) -> list[str]:
    """The texts of the sample's document."""
    return [block.text for block in sample_blocks(kind)]
