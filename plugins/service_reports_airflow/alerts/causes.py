"""The causes that stand: what needs a person, from what the register, the warehouse and the tasks themselves tell.

Pure: what was read goes in, causes come out. A cause is known by its id; as long as that stands, it is one cause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, get_args
from urllib.parse import quote

from service_reports.contracts import BOGOTA, Contract
from service_reports.foreign_text import LONGEST_LINE, foreign_line
from service_reports.register import IssueKey, SignedDocument, calendar
from service_reports.sources import COLLECTION_OF, SOURCES
from service_reports.sources.source import Source
from service_reports.wording.es_co.formats import long_date
from service_reports.wording.es_co.labels import SOURCES as SOURCE_NAMES
from service_reports.wording.es_co.labels import exact
from service_reports_airflow.desk.reading import Row
from service_reports_airflow.runs import COLLECTIONS

Kind = Literal[
    "lost", "overdue", "run_failed", "question", "bounce", "finding", "quarantine", "silent", "signature",
    "certificate", "hours_low",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The most pressing first: so a message lists them."""
FAILURE_STANDS = timedelta(hours=26)
"""A failure of a task is told again when the same one fails later than this after the last time: it is a new one."""
OVERDUE_AFTER = calendar.LATE_AFTER
"""How long after its cut-off a report that is still worked on is overdue."""
SILENT_AFTER, SILENT_UNTIL = timedelta(days=2), timedelta(days=400)
"""A source that a contract in force names is silent until it answers; of ended contracts nobody asks for so long."""
HOURS_LEFT = Decimal("0.10")
"""The share of the contracted hours from which on a bank is low."""
PUBLICATION = "publish_service_reports"
PAGE = "plugin/informes"
QUARANTINE, CERTIFICATE = "collection.refused", "signing.certificate_expires"
REMEDY = "\n  → "
"""What stands between what happened and what to do, in findings and errors."""
SEE_FINDING = "vea el informe en «Informes» y qué hacer con este hallazgo en docs/observations.md"


@dataclass(frozen=True)
class Cause:
    """What needs somebody. ``contract_ids`` are whom it concerns; none: the installation.

    ``since`` is aware; ``address`` a page of Airflow's UI, relative to where that begins.
    """

    cause_id: str
    kind: Kind
    about: str
    contract_ids: frozenset[str]
    since: datetime
    said: str
    remedy: str
    address: str


class Stop(NamedTuple):
    """A task instance that failed or asks a person, as it told it itself; ``subject`` is its label or its question."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: Literal["failed", "asks"]
    dag_title: str
    task_title: str
    subject: str
    contract_id: str | None
    since: datetime

    @property
    def address(self) -> str:
        """Its page."""
        mapped = "" if self.map_index < 0 else f"/mapped/{self.map_index}"
        run_id = quote(self.run_id, safe="")
        return f"dags/{self.dag_id}/runs/{run_id}/tasks/{self.task_id}{mapped}"


class Found(NamedTuple):
    """Open findings of a kind and scope that one run was the first to see; ``detail`` is one of them in words."""

    kind: str
    scope: str
    run_id: str
    findings: int
    since: datetime
    detail: str


class Hours(NamedTuple):
    """The hour bank as a version prints it, and when that was registered."""

    contract_id: str
    report_number: str
    contracted: Decimal | None
    available: Decimal | None
    registered_at: datetime


class Silent(NamedTuple):
    """A source of a scope, and when it answered last."""

    source: str
    scope: str
    at: datetime


def of_stops(stops: Iterable[Stop], at: datetime) -> Iterator[Cause]:
    """Tasks that failed, one cause for the same task however often it failed lately, and questions that wait."""
    failed: dict[tuple[str, str, str], list[Stop]] = {}
    for stop in stops:
        if stop.state == "asks":
            yield Cause(
                cause_id=f"question/{stop.dag_id}/{stop.run_id}/{stop.task_id}/{stop.map_index}",
                kind="question",
                about=foreign_line(stop.subject) or stop.task_title,
                contract_ids=_only(stop.contract_id),
                since=stop.since,
                said=f"«{stop.task_title}» de «{stop.dag_title}» espera la respuesta de una persona",
                remedy="responda en «Acciones requeridas» de la tarea",
                address=f"{stop.address}/required_actions",
            )
        elif at - stop.since < FAILURE_STANDS:
            failed.setdefault((stop.dag_id, stop.task_id, stop.subject), []).append(stop)
    for (dag_id, task_id, subject), same in failed.items():
        first, last = min(same, key=_since), max(same, key=_since)
        label = foreign_line(subject)
        yield Cause(
            cause_id=f"run_failed/{dag_id}/{task_id}/{subject}",
            kind="run_failed",
            about=label or last.dag_title,
            contract_ids=_only(last.contract_id),
            since=first.since,
            said=f"la tarea «{last.task_title}» de «{last.dag_title}» terminó en rojo",
            remedy="abra la tarea: su registro (Logs) dice qué pasó y qué hacer; después limpie la tarea",
            address=last.address,
        )


def _since(stop: Stop) -> datetime:
    return stop.since


def _only(contract_id: str | None) -> frozenset[str]:
    return frozenset([contract_id] if contract_id else [])


def of_reports(rows: Iterable[Row], stops: Collection[Stop], at: datetime) -> Iterator[Cause]:
    """Reports that nobody issues, whose close is overdue, or whose message came back.

    What a task of the run tells itself, by its failure or by its question, is not told twice.
    """
    telling = {stop.run_id for stop in stops if stop.dag_id == PUBLICATION and _stands(stop, at)}
    for row in rows:
        due, lately = row.owed.cut_off, at - row.owed.cut_off
        match row.state:
            case "lost":
                said = "venció y ninguna ejecución lo emite"
                remedy = "dispare el informe desde «Informes», o diga en «Comprobar el calendario» por qué no se emite"
                yield _of_report(row, "lost", due, said, remedy)
            case "bounced":
                said = "el servidor de correo devolvió su mensaje después de aceptarlo"
                remedy = "corrija lo que dice la devolución y limpie «Confirmar envío» de su publicación"
                yield _of_report(row, "bounce", due, said, remedy)
            case "failed" | "undelivered" | "rejected" | "running" if row.run_id in telling or lately < calendar.GRACE:
                continue
            case "failed":
                said = "venció y su ejecución terminó sin emitirlo"
                yield _of_report(row, "overdue", due, said, "abra el informe: dice dónde se detuvo; limpie esa tarea")
            case "undelivered":
                said = "está firmado y registrado, y su mensaje no ha salido"
                yield _of_report(row, "overdue", due, said, "limpie la tarea roja de su ejecución")
            case "rejected":
                said = "venció y una persona rechazó sus borradores"
                yield _of_report(
                    row, "overdue", due, said, "corrija lo que dijo quien lo rechazó y dispare el informe de nuevo"
                )
            case "running" if lately >= OVERDUE_AFTER:
                said = "venció hace más de un día y su ejecución sigue sin terminar"
                yield _of_report(row, "overdue", due, said, "abra el informe y vea qué datos espera")


def _stands(stop: Stop, at: datetime) -> bool:
    return stop.state == "asks" or at - stop.since < FAILURE_STANDS


def _of_report(row: Row, kind: Kind, since: datetime, said: str, remedy: str) -> Cause:
    contract_id, number = row.key
    page = f"{PAGE}/{quote(contract_id, safe='')}/{quote(number, safe='')}"
    version = f"/v{row.standing.version}" if kind == "bounce" else ""
    return Cause(
        f"{kind}/{contract_id}/{number}{version}",
        kind,
        str(row.owed),
        frozenset([contract_id]),
        since,
        said,
        remedy,
        page,
    )


def of_findings(
    found: Iterable[Found], contract_ids: Collection[str], sharing: Collection[Contract]
) -> Iterator[Cause]:
    """Findings that cannot wait, what came and was refused, and certificates about to end.

    What is found of a tenancy concerns the contracts of ``sharing`` that live in it.
    """
    of_tenancy: dict[str, set[str]] = {}
    for held in sharing:
        of_tenancy.setdefault(held.oci.tenancy_ocid, set()).add(held.id)
    known = {*contract_ids, *(held.id for held in sharing)}
    for each in found:
        concerns = frozenset([each.scope]) if each.scope in known else frozenset(of_tenancy.get(each.scope, ()))
        detail, _, remedy = each.detail.partition(REMEDY)
        said = foreign_line(detail, LONGEST_LINE)
        kind: Kind = (
            "quarantine" if each.kind == QUARANTINE else "certificate" if each.kind == CERTIFICATE else "finding"
        )
        more = f" (y {each.findings - 1} más)" if each.findings > 1 else ""
        yield Cause(
            cause_id=f"{kind}/{each.kind}/{each.scope}/{each.run_id}",
            kind=kind,
            about=", ".join(sorted(concerns)) or each.kind,
            contract_ids=concerns,
            since=each.since,
            said=said + more,
            remedy=_remedy(kind, foreign_line(remedy, LONGEST_LINE)),
            address=f"{PAGE}/{quote(min(concerns), safe='')}" if concerns else PAGE,
        )


def _remedy(kind: Kind, said: str) -> str:
    if kind == "quarantine":
        return "corríjalo en la fuente y recolecte de nuevo, o decida sobre el lote en la página del informe"
    if kind == "certificate":
        return "pida la renovación y cargue el certificado nuevo en la conexión"
    return said or SEE_FINDING


def of_signatures(lacking: Iterable[SignedDocument]) -> Iterator[Cause]:
    """Versions that were signed at a lower level than their contract asks for, until they are completed."""
    versions: dict[IssueKey, SignedDocument] = {}
    for each in lacking:
        versions.setdefault(each.key, each)
    for key, first in versions.items():
        contract_id, number = quote(key.contract_id, safe=""), quote(key.report_number, safe="")
        yield Cause(
            cause_id=f"signature/{key.contract_id}/{key.report_number}/v{key.version}",
            kind="signature",
            about=str(key),
            contract_ids=frozenset([key.contract_id]),
            since=first.at,
            said=f"se firmó al nivel {first.reached}, y el contrato pide {first.asked}: "
            + foreign_line(first.lacking or "", LONGEST_LINE),
            remedy="revise la conexión «tsa» y la salida a las direcciones de los certificados; «Completar firmas» "
            "hace lo demás cada mañana",
            address=f"{PAGE}/{contract_id}/{number}",
        )


def of_hours(banks: Iterable[Hours]) -> Iterator[Cause]:
    """Hour banks with a tenth of the contracted hours left, or less."""
    for bank in banks:
        if bank.contracted is None or bank.available is None or bank.contracted <= 0:
            continue
        if bank.available > bank.contracted * HOURS_LEFT:
            continue
        left, of = exact(bank.available.normalize()), exact(bank.contracted.normalize())
        yield Cause(
            cause_id=f"hours_low/{bank.contract_id}/{bank.report_number}",
            kind="hours_low",
            about=bank.contract_id,
            contract_ids=frozenset([bank.contract_id]),
            since=bank.registered_at,
            said=f"según el informe {bank.report_number} quedan {left} horas disponibles de {of} contratadas",
            remedy="acuerde con la Entidad qué se hace antes de que se agote",
            address=f"{PAGE}/{quote(bank.contract_id, safe='')}/{quote(bank.report_number, safe='')}",
        )


def of_silence(silent: Iterable[Silent], contracts: Iterable[Contract], at: datetime) -> Iterator[Cause]:
    """Sources that a contract in force names, and that have not answered for two days."""
    held = list(contracts)
    for each in silent:
        source = SOURCES[each.source]
        concerns = frozenset(
            contract.id
            for contract in held
            if each.scope in (contract.id, contract.oci.tenancy_ocid) and _collected(contract, source, at)
        )
        if not concerns:
            continue
        collection = COLLECTIONS[COLLECTION_OF[each.source]]
        yield Cause(
            cause_id=f"silent/{each.source}/{each.scope}",
            kind="silent",
            about=", ".join(sorted(concerns)),
            contract_ids=concerns,
            since=each.at,
            said=f"nada se lee de {SOURCE_NAMES.get(each.source, each.source)} desde hace dos días o más",
            remedy=f"vea la última ejecución de «{collection.title}» y la conexión de esa fuente",
            address=f"dags/{collection.dag_id}",
        )


def _collected(contract: Contract, source: Source, at: datetime) -> bool:
    today = at.astimezone(BOGOTA).date()
    return source.named(contract) and contract.reports[0].period_from <= today <= contract.reports[-1].period_to


def day(moment: datetime) -> str:
    """A moment as a message says it: ``2 de marzo de 2026, 06:05``."""
    local = moment.astimezone(BOGOTA)
    return f"{long_date(local.date())}, {local:%H:%M}"
