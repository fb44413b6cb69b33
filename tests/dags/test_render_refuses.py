"""What the documents must not say stops the close before anything is signed; a warning goes on record and no more."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from airflow.sdk import Context
from airflow.sdk.execution_time.context import set_current_context

from service_reports.checks.verdict import CheckResult
from service_reports.contracts import Contract, ContractFile
from service_reports.register import Drafts, IssueKey
from service_reports_airflow.steps import rendering
from service_reports_airflow.steps.gate import GateRefused
from tests.defects.planting import planted_templates
from tests.golden.sample_figures import sample
from tests.stand_ins import stores_of


@dataclass
class Kept:
    """Stands in for warehouse and archive: what was kept in them; the archive has the figures of the sample."""

    verdicts: list[CheckResult] = field(default_factory=list)
    blobs: list[bytes] = field(default_factory=list)
    pinned: list[Drafts] = field(default_factory=list)

    def read(self, _: str) -> bytes:
        return sample()[1].model_dump_json().encode()

    def keep(self, content: bytes) -> str:
        self.blobs.append(content)
        return str(len(self.blobs))


def failed(kept: Kept) -> dict[str, str]:
    """The severity of each check on record that failed."""
    return {verdict.check: verdict.severity for verdict in kept.verdicts if not verdict.passed}


def render(monkeypatch: pytest.MonkeyPatch, contract: Contract, kept: Kept) -> dict[str, Any]:
    _, figures = sample()
    key = IssueKey(contract.id, figures.report_number, 1)
    file = ContractFile(Path("contract.yaml"), contract, None, "as it was when the figures were computed")
    stores = stores_of(cast(Any, None), kept, contract, contract_file={contract.id: file}.get)
    entry = SimpleNamespace(figures_key="blobs/figures", registered_at=None, contract_sha256=file.sha256)
    monkeypatch.setattr(rendering.register, "issue_of_run", lambda *_: entry)
    monkeypatch.setattr(rendering.register, "pin_drafts", lambda *given: kept.pinned.append(given[-1]))
    monkeypatch.setattr(
        "service_reports.warehouse.keep_verdicts", lambda _, verdicts, **__: kept.verdicts.extend(verdicts)
    )
    with set_current_context(Context()):
        return rendering.render(asdict(key), "run", stores=stores)


def test_a_doubled_word_of_ours_stops_the_close_and_is_on_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contract, _ = sample()
    kept = Kept()
    with (
        planted_templates(tmp_path, [("management/support", "Fuente: ", "Fuente: de la de la ")]),
        pytest.raises(GateRefused, match=r"language\.repeated_words: .*de la de la"),
    ):
        render(monkeypatch, contract, kept)
    assert kept.blobs == kept.pinned == []
    assert failed(kept) == {"language.repeated_words": "blocking"}


def test_what_is_wrong_in_the_contracts_own_words_warns_and_the_report_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    contract, _ = sample()
    kept = Kept()
    planted = contract.model_copy(update={"components": ("Servicio de la SIEM", "Servicio de la de la Mesa")})
    assert render(monkeypatch, planted, kept)["version"] == 1
    [drafts] = kept.pinned
    assert [hashlib.sha256(content).hexdigest() for content in kept.blobs] == [each.sha256 for each in drafts.documents]
    assert failed(kept) == {"language.acronyms": "warning", "language.repeated_words": "warning"}
