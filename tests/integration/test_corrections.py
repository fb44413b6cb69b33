"""A correction through the steps of the close: it says what changed and why, and is not made where nothing did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.context import set_current_context

from sandbox.certificates import make_signing_identity
from service_reports import register
from service_reports.contracts import Contract, ContractFile
from service_reports.figures.model import FigureChange, PeriodFigures, VersionChanges
from service_reports.register import IssueKey
from service_reports.signing import SigningKey, load_signing_key
from service_reports.sources import SOURCES, Answer
from service_reports.sources.source import Reading
from service_reports.warehouse import load_batch, read_batches, record_batch
from service_reports_airflow.steps import computing, issuing, rendering, version
from service_reports_airflow.stores import Stores
from tests.golden.sample_figures import sample_contract, with_little_prose
from tests.integration import test_cost_collection as cost
from tests.integration.test_cost_collection import DAY, LABEL, line
from tests.stand_ins import ArchiveInMemory, stores_of

pytestmark = pytest.mark.integration
bucket = cost.bucket
REPORT = "2026-01"


@dataclass
class Close:
    """The steps of the close up to the signature, on stores of the test's own."""

    db: psycopg.Connection
    contract: Contract
    bucket: cost.Bucket
    archive: ArchiveInMemory
    context: dict[str, Any]
    stores: Stores
    runs: int = 0

    def issue(self, reason: str | None = None) -> IssueKey:
        self.runs += 1
        run_id = f"close-{self.runs}"
        origin = version.origin_now(self.contract, self.contract.report(REPORT), stores=self.stores)
        key = register.claim_version(self.db, self.contract.id, REPORT, run_id, reason, origin)
        computing.compute(asdict(key), run_id, stores=self.stores)
        issuing.sign_and_register(rendering.render(asdict(key), run_id, stores=self.stores), run_id, stores=self.stores)
        return key

    def figures(self, key: IssueKey) -> PeriodFigures:
        return version.kept_figures(self.archive, register.read_issue(self.db, key).figures_key)

    def changes(self, key: IssueKey) -> VersionChanges:
        changes = self.figures(key).changes
        assert changes is not None
        return changes

    def changed(self, key: IssueKey) -> dict[str, FigureChange]:
        return {change.figure_id: change for change in self.changes(key).figures}

    def collect(self, number: int, *lines: dict[str, str]) -> None:
        """A further object of cost reports, or nothing new without lines."""
        if lines:
            self.bucket.put(number, *lines)
        cost.collect(self.bucket, f"collect-{number}")

    def help_desk(self, source: str, *rows: dict[str, Any]) -> None:
        report, now = self.contract.report(REPORT), datetime.now(UTC)
        content = json.dumps(rows).encode()
        answer = Answer(source, content, None, report.period_from, report.period_to, observed_at=now)
        batch_id = record_batch(
            self.db, source=source, scope=self.contract.id, answer=answer, archive_key="key", run_id=str(now)
        )
        [batch] = read_batches(self.db, [batch_id])
        load_batch(self.db, batch, SOURCES[source].parse(Reading(batch, (self.contract,), partial(BytesIO, content))))


def ticket(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "ticket_id": str(number),
        "service": "support",
        "status": "Activo",
        "registered_on": DAY.isoformat(),
        "product": "AIREPLUS",
        "module": "Predial",
        "process": "Liquidar",
        "subprocess": "Facturar",
        "summary": None,
        **changes,
    }


def entry(hours: str) -> dict[str, Any]:
    return {"request": "Reporte nuevo", "production_date": None, "estimated_hours": hours, "status": "En ejecución"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    identity = make_signing_identity(tmp_path_factory.mktemp("certificates"), sample_contract().contractor)
    return load_signing_key(identity.pkcs12.read_bytes(), identity.passphrase)


@pytest.fixture
def contract() -> Contract:
    return with_little_prose(sample_contract())


@pytest.fixture
def close(
    db: psycopg.Connection,
    contract: Contract,
    bucket: cost.Bucket,
    key: SigningKey,
) -> Iterator[Close]:
    archive, context = ArchiveInMemory(), dict[str, Any]()
    file = ContractFile(Path("contract.yaml"), contract, None, "una")
    stores = stores_of(db, archive, contract, contract_file=lambda _: file, signing_key=lambda _: key)
    with set_current_context(cast(Context, context)):
        yield Close(db, contract, bucket, archive, context, stores)


@pytest.fixture
def first(close: Close) -> IssueKey:
    """A first version, made of two lines of use, two requests and one entry of the hour bank."""
    close.collect(700, line("10"), line("3", **{"product/Description": "Memory"}))
    close.help_desk("tickets", ticket(1), ticket(2))
    close.help_desk("hour_bank", entry("8"))
    key = close.issue()
    assert close.figures(key).changes is None
    return key


def test_a_late_correction_and_a_reclassified_request_are_all_that_version_2_says_changed(close: Close, first):
    close.collect(701, line("-4", corrects="r10"))
    close.help_desk("tickets", ticket(1, module="Tesorería"), ticket(2))
    second = close.issue("Correcciones tardías")
    assert second.version == 2
    correction = f"corrección r-4 de la línea r10 del {DAY:%d}/01/2026: −4 (0000000000000701.csv.gz)"
    reclassified = "solicitud 1: módulo de «PREDIAL» a «Tesorería»"  # as the contract writes it
    found = close.changed(second)
    day = found[f"usage.day/{DAY}/{LABEL}"]
    assert (day.before, day.now) == (Decimal(10), Decimal(6))
    assert {figure_id: change.cause for figure_id, change in found.items()} == {
        f"usage.day/{DAY}/{LABEL}": correction,
        f"usage.total/{LABEL}": correction,
        "tickets.support.module/PREDIAL": reclassified,
        "tickets.support.module/Tesorería": reclassified,
        "tickets.support.module.percent/PREDIAL": reclassified,
        "tickets.support.module.percent/Tesorería": reclassified,
    }


def test_a_correction_names_what_it_supersedes_by_number_and_hash(close: Close, first):
    close.help_desk("hour_bank", entry("9"))
    changes = close.changes(close.issue("Horas corregidas"))
    entry_1 = register.read_issue(close.db, first)
    assert (changes.version, changes.figures_sha256) == (1, entry_1.figures_sha256)
    assert changes.issued_at == entry_1.registered_at
    assert [each.sha256 for each in changes.documents] == [
        each.sha256 for each in register.read_documents(close.db, first)
    ]
    assert changes.texts == ()


def test_where_nothing_changed_nothing_is_issued_and_run_and_register_say_why(close: Close, first):
    close.collect(701)
    close.help_desk("tickets", ticket(1), ticket(2))
    close.help_desk("hour_bank", entry("8"))
    with pytest.raises(AirflowSkipException, match="sin cambios frente a la versión 1"):
        close.issue("Por si acaso")
    assert close.context["informe"].endswith("v2: sin cambios frente a la versión 1")
    assert register.read_issue(close.db, replace(first, version=2)).state == "draft"
    assert register.latest_registered(close.db, first.contract_id, REPORT) == 1
    last = close.db.execute(
        "select event, body::jsonb ->> 'detail' from register.event order by position desc limit 1"
    ).fetchone()
    assert last == ("unchanged", "sin cambios frente a la versión 1: ni cifras ni textos; no se emite")


def test_the_number_of_a_version_that_was_not_issued_is_the_next_ones(close: Close, first):
    with pytest.raises(AirflowSkipException):
        close.issue("Por si acaso")
    close.help_desk("hour_bank", entry("9.5"))
    second = close.issue("Horas corregidas")
    assert second.version == 2
    causes = {change.cause for change in close.changed(second).values()}
    assert causes == {"bolsa de horas, solicitud «Reporte nuevo»: horas de 8 a 9,5"}


def test_each_version_is_compared_with_the_one_before_it(close: Close, first):
    close.help_desk("tickets", ticket(1), ticket(2), ticket(3))
    close.issue("Faltaba una solicitud")
    with pytest.raises(AirflowSkipException, match="sin cambios frente a la versión 2"):
        close.issue("Otra vez")
    close.help_desk("tickets", ticket(1), ticket(2))
    found = close.changed(close.issue("Sobraba una solicitud"))
    total = found["tickets.support.total"]
    assert (total.before, total.now, total.cause) == (Decimal(3), Decimal(2), "solicitud 3: ya no está")
    assert found["tickets.support.age/3"].now is None


def test_a_text_of_the_contract_alone_is_enough_for_a_correction(close: Close, first):
    contractor = close.contract.contractor.model_copy(update={"slogan": "Un lema corregido"})
    changed = close.contract.model_copy(update={"contractor": contractor})
    close.stores = replace(
        close.stores,
        contract=lambda _: changed,
        contract_file=lambda _: ContractFile(Path("contract.yaml"), changed, None, "otra"),
    )
    changes = close.changes(close.issue("El lema tenía un error"))
    assert changes.figures == ()
    assert {each.document for each in changes.texts} >= {"Informe de Gestión", "Informe Técnico"}
    assert changes.text_cause == "cambió el archivo del contrato"


def test_an_object_that_came_for_a_day_without_data_is_the_cause_of_the_whole_day(close: Close, first):
    other_day = date(2026, 1, 26)
    close.collect(702, line("2", **{"lineItem/intervalUsageStart": f"{other_day}T05:00Z"}))
    found = close.changed(close.issue("Llegó un día"))
    of_day = {figure_id: change for figure_id, change in found.items() if str(other_day) in figure_id}
    # Of the other product nobody read that day, so it has no figure.
    assert set(of_day) == {f"usage.day/{other_day}/{LABEL}", f"usage.hours/{other_day}"}
    causes = {change.cause.partition(" (")[0] for change in of_day.values()}
    assert causes == {"informe de costos 0000000000000702.csv.gz"}
