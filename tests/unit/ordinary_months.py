"""Ordinary months: what people, sources and contracts may say without anything being wrong.

A statement of the domain, drawn from by the test that issues them. Rows are such as the checks at the door let in; the
figures are computed from them as ever. How many there are of a thing, how long a text is and in which script, how
small or large a number: all of it varies. In a month one kind of thing at most comes in great number, so that most
are printed in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import cycle, islice
from typing import Any, Literal, TypeVar, get_args

from hypothesis import strategies as st

from service_reports.contracts import Contract, ReportPeriod
from service_reports.contracts.model import FactKind
from service_reports.documents import RenderedDocument, issued_text_changes, render_documents
from service_reports.figures import catalogue, compute_figures
from service_reports.figures.causes import causes_of_rows
from service_reports.figures.changes import compare
from service_reports.figures.findings import (
    backup_findings,
    dump_findings,
    hour_bank_findings,
    metric_findings,
    ticket_findings,
    usage_findings,
)
from service_reports.figures.gaps import ended, gaps, subjects, unread, whole
from service_reports.figures.hour_ledger import CHARGED, STATES
from service_reports.figures.model import Finding, PeriodFigures, SupersededDocument, VersionChanges, request_code
from service_reports.foreign_text import foreign_line, foreign_text
from service_reports.records import (
    REGISTERS,
    TICKET_COLUMNS,
    ActionPlan,
    Attestation,
    ChangeRecord,
    Consultation,
    ContractRegisters,
    DatabaseDump,
    DayRead,
    Deliverable,
    EarlierTicket,
    ForceMajeure,
    HourBankEntry,
    Incident,
    IssuedFigure,
    MetricPoint,
    OciBackup,
    Payment,
    Record,
    RefusedBatch,
    Reply,
    SignedBack,
    SocialSecurityProof,
    Ticket,
    TicketState,
    UsageDay,
)
from service_reports.records.period_rows import HEADLINES, PeriodRows, by_type
from tests.golden.sample_figures import sample_contract

Drawn = TypeVar("Drawn")
FEW = (0, 1, 2, 3, 5)
PLANNED = ("backups.missing", "dumps.missing", "obligations.pending", "tickets.ageing")
"""Kinds of findings that there may be a plan for."""
MANY: Mapping[str, tuple[int, ...]] = {
    "days": (31, 100),
    "support": (20, 100),
    "warranty": (20, 100),
    "earlier": (20, 100),
    "categories": (20, 100),
    "hour_bank": (20, 100),
    "change_controls": (20, 100),
    "deliverables": (20, 100),
    "consultations": (20, 100),
    "force_majeure": (20, 100),
    "incidents": (20, 100),
    "obligations": (20, 100),
    "service_levels": (10, 20),
    "action_plans": (10, 20),
    "payments": (10, 20),
    "replies": (10, 20),
    "guarantees": (4, 30),
    "backups": (20, 100),
    "dumps": (20, 100),
    "products": (20, 40),
    "resources": (10, 20),
    "recommendations": (20, 40),
}
"""What comes in great number in some months, and in how great: more metered products or servers no contract has."""
ONE_IN = 5
"""So many months have nothing in great number for each that has."""

SERVICE_HOURS: tuple[dict[str, Any], ...] = (
    {"days": ["monday", "wednesday", "friday"], "opens": "08:00", "closes": "17:30"},
    {"days": ["sunday", "saturday"], "opens": "00:00", "closes": "00:00", "holidays": True},
)
PRIORITIES = (None, "Alta", "ALTA.", "Media / 2", "<b>urgente</b>", "Baja")

URL = "https://rentas.jamundi.example/portal"
LOOKS_LIKE_A_MISTAKE = (
    "nan",
    "null",
    "None",
    "oportuno",
    "?",
    "21",
    "29 %",
    "100 %",
    "1.5 TB",
    "Con soporte",
    "sin soporte",
    "el el portal portal",
    "NO carga",
    "30/02/2026",
    "2026-02-30",
    "¿¿?? ,, ..",
    "sin leer",
    "Ninguna",
    "Total",
    "AIREPLUS",
    "SMART TMT SAS",
    "Prinx Plus",
    "Portal de Servicios Ciudadanos",
    "a/b",
    "En ejecución/pruebas",
    "<b>negrita</b> &amp; {{ x }} {% if %} ${x} %(y)s",
    "IT-ALCJAM-1",
    "DOSCIENTAS (300)",
)
"""Lines of others that would be a mistake in a sentence of ours, or look like one of ours."""
FOREIGN = (
    "مرحبا بالعالم، لا يعمل الموقع",
    "漢字とカタカナ",
    "Запрос не выполнен",
    "Menú → Liquidación ✓ 😀👩‍👩‍👧",
    "e\u0301\u0323 o\u0308 Z\u0327\u0301",
    "1\u00ad2 a\u200bb \u202etxet\u202c \u200fאבג",
    "नमस्ते ไทย 한국어",
    "½ ² € ™ ∞ ≠ √ ﬁ",
)
LONG_LINES = ("A" * 110, "SGI_ALCJAM40_esquema_completo_" * 4, "Recaudo y pago de aportes " * 19, "x" * 500, "漢" * 200)
PASTED = (
    f"Ver {URL}/..//declaraciones??vigencia=dosmil,,formulario=industria-y-comercio&&detalle=xx",
    '{"error":null,"mensaje":"NaN","detalle":"undefined","contribuyente":None,"vigencia":"{{vigencia}}"}',
    "x" * 400,
    "Traceback (most recent call last):\n  File 'a.py', line 1, in <module>\nTypeError: 'NoneType' object",
    r"\\servidor\compartida\RENTAS\2026-01-30\informe..final..pdf",
    "el el portal portal de la de la alcaldia de jamundi NO carga ,, al 100 % sin caídas ¿¿?? 1.5 TB 30/02/2026",
    "-" * 120,
    "_" * 90 + "fin",
    "La liquidación del impuesto no coincide con lo pagado. " * 72,
    "Línea\n" * 300,
    "مرحبا بالعالم " * 250,
    "漢" * 3900,
)
CLAUSES = (
    "Prestar el servicio contratado cuando la Entidad lo requiera.",
    "SUMINISTRO Y DISPONIBILIDAD DE LA PLATAFORMA AL MUNICIPIO DE JAMUNDÍ",
    "Atender a la Alcaldía Municipal de Jamundí, o al municipio de jamundí, con 99.9 % de disponibilidad",
    "Ampliar el almacenamiento a 1.5 TB de manera oportuna, eficiente y permanente, sin caídas y al 100 %",
    "Entregar los informes de los días 1.1 y 2.2 a más tardar el 31-12-2026 (2026-12-31)",
    "Garantizar que el sistema NO se interrumpa ; y que todo quede documentado ,",
    "Cumplir lo previsto en los numerales 4.1., 4.2. y 5.3 del anexo técnico IT-2024-001 y en https://example.com/a/..//b",
    "Cumplir la Ley 80 de 1993 y las normas que la reglamentan o complementan; " * 45,
    "Suministrar DOSCIENTAS (300) horas y/ o las que se requieran",
    "Интеграция с системой «Кадастр» 漢字 ✓ → مرحبا",
)
"""What a contract may say: the entity by whatever name, numbers as their author wrote them, promises."""
STATEMENTS = ("ejecutó el contrato de acuerdo con las normas citadas", "trató los datos según la política" * 20)
STATUSES = ("Terminado", "Programado", "Activo", "En espera del proveedor", "nan", "En pruebas/QA", "Cerrado ✓", "?")
PROVIDER_WORDS = (
    "OCPU",
    "Oracle Base Database Service - Enterprise",
    "Storage - Balanced",
    "Database Exadata Cloud@Customer - Infrastructure - X9M - Quarter Rack (BYOL) / additional enabled OCPU",
    "MySQL 8.0.1 Outbound Data Transfer, first 10 TB / month",
    "Standard.E5",
)
UNITS = ("OCPU Hours", "GB Months", "Gigabyte Storage Capacity Per Month", "10,000 Requests", "Instance Hours")
SERVICES = ("COMPUTE", "BLOCK_STORAGE", "DATABASE", "SOMETHING_NEW_OF_THE_PROVIDER", "WAF")
PRODUCTS = ("Sistema de Gestión Tributario AIRE Gestión", "Portal Tributario AIRE Portal")
ENTITIES = (
    "Alcaldía de Jamundí",
    "Municipio de El Carmen de Viboral",
    "ALCALDÍA MUNICIPAL DE SAN ANDRÉS DE TUMACO",
    "Distrito Especial, Industrial, Portuario, Biodiverso y Ecoturístico de Buenaventura",
)
CODES = (
    {},
    {"technical_report": "IT-{entity}-{date}", "management_report": "IG-{entity}-{date}"},
    {"delivery_act": "{entity}-{change}-{date}", "ticket_workbook": "BD.{date}.{entity}.{sequence}"},
)
STARTS = (date(2026, 3, 1), date(2026, 1, 20), date(2026, 12, 30), date(2028, 2, 27))


def lines() -> st.SearchStrategy[str]:
    """One line that somebody wrote: a category, a name."""
    written = st.one_of(
        st.sampled_from(("PREDIAL", "GENERAL", "INDUSTRIA Y COMERCIO", *LOOKS_LIKE_A_MISTAKE)),
        st.sampled_from((*FOREIGN, *LONG_LINES)),
        st.text(st.characters(codec="utf-8", exclude_categories=("Cn", "Co")), min_size=1, max_size=60),
    )
    return written.map(foreign_line).filter(bool)


def texts() -> st.SearchStrategy[str]:
    """What somebody wrote or pasted, in lines, up to some four thousand characters."""
    return st.one_of(lines(), st.sampled_from(PASTED).map(foreign_text))


def numbers(least: int = -12, most: int = 12) -> st.SearchStrategy[Decimal]:
    """Numbers of 1 to 4 digits, from thousandths of thousandths to thousands of billions."""
    return st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(0, 9999), st.integers(least, most)
    )


@dataclass(frozen=True, eq=False)
class Month:
    """A month as it came: a contract, one of its reports, and the rows that it is computed from.

    ``issued`` are the rows of the version before, where this one corrects it.
    """

    contract: Contract
    report: ReportPeriod
    rows: PeriodRows
    issued: PeriodRows | None = None

    @cached_property
    def documents(self) -> tuple[RenderedDocument, ...]:
        """What is printed of it."""
        return render_documents(self.contract, self.figures)

    @cached_property
    def figures(self) -> PeriodFigures:
        """The figures as a publication computes them."""
        if self.issued is None:
            return _computed(self, self.rows)
        before = _computed(self, self.issued)
        documents = render_documents(self.contract, before)
        now = _computed(self, self.rows, 2, "Se completaron los datos: 3 solicitudes & «una» copia")
        found = compare(before.figures, now.figures, causes_of_rows(before, now))
        as_issued = now.model_copy(update={"version": 1, "correction_reason": None})
        changes = VersionChanges(
            version=1,
            issued_at=self.contract.cut_off(self.report).astimezone(UTC),
            figures_sha256=f"{7:064x}",
            documents=tuple(SupersededDocument(title=each.title, sha256=f"{9:064x}") for each in documents),
            figures=found,
            texts=issued_text_changes(self.contract, before, as_issued, documents, figures_changed=bool(found)),
            text_cause="cambió el archivo del contrato",
        )
        return now.model_copy(update={"changes": changes})


def _computed(month: Month, rows: PeriodRows, version: int = 1, reason: str | None = None) -> PeriodFigures:
    contract, report = month.contract, month.report
    exported = next((each.read_at for each in rows.days_read if each[:3:2] == ("tickets", report.period_to)), None)
    found = [
        *usage_findings(contract, rows.of(UsageDay), report.days),
        *metric_findings(contract, rows.of(MetricPoint), report.days),
        *backup_findings(contract, rows.of(OciBackup), report.days),
        *dump_findings(contract, rows.of(DatabaseDump), report.days),
        *ticket_findings(contract, [report], exported),
    ]
    if not unread(gaps(contract, report.days, rows), "hour_bank"):
        found += hour_bank_findings(contract, report, rows)
    return compute_figures(contract, report, version, reason, rows, found)


class Draw:
    """Draws the parts of a month; things that come in number repeat a few drawn ones."""

    def __init__(self, draw: Any) -> None:
        self.one = draw
        self._many = draw(st.sampled_from(("",) * (ONE_IN - 1) * len(MANY) + tuple(MANY)))

    def of(self, *values: Drawn) -> Drawn:
        """One of these."""
        found: Drawn = self.one(st.sampled_from(values))
        return found

    def count(self, kind: str, least: int = 0) -> int:
        """How many there are of a kind of thing."""
        return max(least, self.of(*(MANY[kind] if kind == self._many else FEW)))

    def some(self, strategy: st.SearchStrategy[Drawn], most: int = 4) -> Iterator[Drawn]:
        """A few of these, again and again."""
        found: list[Drawn] = self.one(st.lists(strategy, min_size=1, max_size=most))
        return cycle(found)

    def among(self, values: Sequence[Drawn], most: int = 5) -> Iterator[Drawn]:
        """A few of these values, again and again."""
        return self.some(st.sampled_from(values), most)


@st.composite
def ordinary_months(draw: Any) -> Month:
    """A month that is issued: nothing of it is wrong, however strange it looks."""
    drawn = Draw(draw)
    contract, report = contracts(drawn)
    cut_off = contract.cut_off(report).astimezone(UTC)
    days_read, refused, read_at = readings(drawn, contract, report, cut_off)
    told = {
        source: sorted({each.day for each in days_read if each.source == source}) for source, _ in subjects(contract)
    }
    support = tickets(drawn, "support", told["tickets"], 1)
    warranty = tickets(drawn, "warranty", warranty_days(contract, report), 10_001)
    requests = list(islice(drawn.some(texts()), 7))
    bank = hour_bank(drawn, report, requests)
    rows = PeriodRows(
        facts=by_type(
            (
                *usage(drawn, told["oci_cost_reports"]),
                *metrics(drawn, contract, days_read),
                *backups(drawn, contract, told["oci_backups"]),
                *dumps(drawn, told["database_dumps"]),
                *support,
                *warranty,
                *ticket_states(drawn, support, cut_off),
                *(bank if "hour_bank" in read_at else ()),
            )
        ),
        read_at=read_at,
        registers=registers(drawn, contract, report, requests),
        days_read=days_read,
        refused=refused,
    )
    before = contract.report_before(report)
    if before:
        rows = rows._replace(
            previous_usage=usage(drawn, before.days),
            earlier_tickets=tuple(
                EarlierTicket(**each.model_dump(), last_seen_at=drawn.of(cut_off, None))
                for each in tickets(drawn, "earlier", before.days, 20_001)
                if not each.finished
            ),
            earlier_days_read=frozenset(before.days[:: drawn.of(1, 2)]),
            issued_hours=issued_hours(drawn, before, requests),
            earlier_findings=earlier_findings(drawn, before),
            earlier_requests=earlier_requests(drawn, contract, before),
            signed_back=signed_back(drawn, before),
            earlier_headlines=earlier_headlines(drawn, contract, before),
        )
    return Month(contract, report, rows, drawn.of(None, None, None, None, emptied(drawn, rows)))


EMPTIED: tuple[type[Record], ...] = (
    *(UsageDay, MetricPoint, OciBackup, DatabaseDump, Ticket, HourBankEntry, EarlierTicket),
)


def emptied(drawn: Draw, rows: PeriodRows) -> PeriodRows:
    """The rows without some, as if they had come late."""
    part, step = drawn.of(*EMPTIED), drawn.of(2, 1000)
    if part is EarlierTicket:
        return rows._replace(earlier_tickets=rows.earlier_tickets[::step])
    return rows._replace(facts={**rows.facts, part: rows.of(part)[::step]})


# What the contract says


@cache
def _base() -> dict[str, Any]:
    return sample_contract().model_dump()


def contracts(drawn: Draw) -> tuple[Contract, ReportPeriod]:
    """A contract and the report that is made: its first or a later one."""
    base = _base()
    start, length = drawn.of(*STARTS), drawn.count("days", least=1)
    periods = [(start, length)]
    if drawn.of(True, False):
        periods.insert(0, (start - timedelta(days=4), 3))
    reports = [
        {
            "number": f"{start.year}-{number:02d}",
            "period_from": first,
            "period_to": first + timedelta(days=days - 1),
            "report_date": first + timedelta(days=days),
            "instalment": drawn.of(None, f"Cuota {number}/4"),
        }
        for number, (first, days) in enumerate(periods, start=1)
    ]
    begins, ends = periods[0][0], reports[-1]["report_date"] + timedelta(days=30)
    clauses = drawn.among(CLAUSES)
    lined = drawn.some(lines())
    roles = ("Líder de Operaciones", next(lined))
    recommendations = drawn.count("recommendations")
    resources = [resource(drawn, number, next(lined)) for number in range(drawn.count("resources"))]
    shown = [fact for fact in get_args(FactKind) if resources or fact != "availability"]
    contract = Contract.model_validate(
        {
            **base,
            "number": drawn.of(base["number"], "CPS 001/2026", "2026-100 %"),
            "object": next(clauses),
            "valid_from": begins,
            "valid_to": ends,
            "entity": {**base["entity"], "name": drawn.of(*ENTITIES)},
            "products": [
                {"code": code, "name": name}
                for code, name in zip(
                    drawn.of(("AIREPLUS",), ("PREDIAL", "AIREPORTAL"), ("GENERAL", "nan")), PRODUCTS, strict=False
                )
            ],
            "platform": base["platform"][: drawn.of(0, 0, 1)],
            "glossary": [
                {"term": term, "definition": next(clauses)} for term in ("OCI", "CPU", "漢字")[: drawn.of(0, 1, 3)]
            ],
            "obligations": [
                obligation(number, fact, next(clauses))
                for number, fact in enumerate(islice(drawn.among(shown), drawn.count("obligations")), start=1)
            ],
            "recommendations": {
                "management": [recommendation(drawn, each) for each in islice(clauses, recommendations)],
                "technical": [recommendation(drawn, each) for each in islice(clauses, drawn.of(0, 1))],
                "conditions": list(islice(clauses, drawn.of(0, 2))),
            },
            "hour_bank": {
                "contracted_hours": drawn.of(Decimal(200), Decimal("0.5"), Decimal("1000000"), Decimal("33.333333")),
                "uses": [next(clauses)],
                "modality": drawn.of("remota", next(clauses)),
                "additions": [
                    {"on": start, "hours": drawn.of(Decimal("0.000001"), Decimal(100)), "act": f"Otrosí {number}"}
                    for number in range(drawn.of(0, 1, 3))
                ],
            },
            "warranty": drawn.of(
                None,
                {
                    "contract_label": next(lined),
                    "valid_from": start,
                    "valid_to": start + timedelta(days=3),
                    "reported_in": reports[-1]["number"],
                },
            ),
            "reports": reports,
            "resources": resources,
            "database": {**base["database"], "name": drawn.of("ALCJAM DB", next(lined))},
            "records": drawn.of({**base["records"], "roles": roles}, None),
            "document_codes": {**base["document_codes"], **drawn.of(*CODES)},
            "service_hours": drawn.of(None, *SERVICE_HOURS),
            "ticket_detail": drawn.of("masked", "none", "full"),
        }
    )
    levels = [service_level(drawn, number, contract, next(lined)) for number in range(drawn.count("service_levels"))]
    contract = Contract.model_validate({**dict(contract), "service_levels": levels, **money(drawn, contract, lined)})
    return contract, contract.reports[-1]


def money(drawn: Draw, contract: Contract, lined: Iterator[str]) -> dict[str, Any]:
    """What the contract is worth, what backs it and what changed it, or nothing of all that."""
    value = drawn.of(None, None, Decimal(480_000_000), Decimal("0.01"), Decimal(10**13))
    first, report = contract.valid_from, contract.reports[-1].report_date
    return {
        "value": value,
        "guarantees": [
            {
                "name": f"Amparo {number} {next(lined)}".rstrip("."),
                "policy": next(lined),
                "valid_to": report + timedelta(days=drawn.of(-1, 0, 30, 31, 60, 61, 400)),
            }
            for number in range(drawn.count("guarantees"))
        ],
        "modifications": [
            {
                "act": f"Otrosí {number}",
                "on": first,
                "change": next(lined),
                "value": value and drawn.of(None, Decimal("1.50")),
            }
            for number in range(drawn.of(0, 0, 1, 3))
        ],
    }


def service_level(drawn: Draw, number: int, contract: Contract, name: str) -> dict[str, Any]:
    """A target of one kind or another, of what the contract names."""
    kinds: list[dict[str, Any]] = [
        {"kind": "unmeasured", "needed": "La hora de la primera respuesta, en 1.5 columnas."},
        {"kind": "backups", "target": drawn.of(Decimal(0), Decimal(3))},
        {
            "kind": drawn.of("first_answer", "solution"),
            "hours": drawn.of(Decimal("0.25"), Decimal(4), Decimal(400)),
            "priorities": drawn.of([], ["Alta"], ["ALTA", "media / 2"]),
            "in_service_hours": contract.service_hours is not None and drawn.of(True, False),
            "target": drawn.of(Decimal(100), Decimal("33.3333")),
        },
        {"kind": "closed_within", "days": drawn.of(0, 5), "target": drawn.of(Decimal(100), Decimal("33.3333"))},
        *(
            {"kind": "node_availability", "subject": each.name, "target": drawn.of(Decimal("99.95"), Decimal(0))}
            for each in contract.resources
            if any(metric.availability for metric in each.metrics)
        ),
        *(
            {"kind": "published_availability", "subject": each.name, "target": Decimal("99.5")}
            for each in (contract.http.addresses if contract.http else ())
        ),
        *([{"kind": "dumps", "target": Decimal(1)}] if contract.dumps else []),
    ]
    return {
        **drawn.of(*kinds),
        "id": f"ns-{number}",
        "name": name.rstrip("."),
        "obligation": drawn.of(None, *(each.number for each in contract.obligations)),
        "exclusions": drawn.of(None, "Los mantenimientos que se avisan con 24 h."),
        "consequence": drawn.of(None, "Descuento del 2 % de la cuota."),
    }


def obligation(number: int, fact: FactKind, text: str) -> dict[str, Any]:
    """A clause that rests on one fact, and every third on a role's word too."""
    kinds = list(dict.fromkeys([fact, *(["attestation"] if number % 3 == 0 else [])]))
    statement = STATEMENTS[number % 2] if "attestation" in kinds else None
    return {"number": number, "text": text, "depends_on": kinds, "statement": statement}


def recommendation(drawn: Draw, text: str) -> dict[str, Any]:
    """An advice in the contract's words."""
    return {
        "text": text,
        "owner": drawn.of(None, "Entidad (Secretaría de Hacienda)"),
        "scope": drawn.of("service", "entity_infrastructure"),
        "limitation": drawn.of(None, "El canal tuvo 1.5 Mbps y NO alcanzó"),
        "due": drawn.of(None, date(2027, 1, 31)),
    }


def resource(drawn: Draw, number: int, name: str) -> dict[str, Any]:
    """A server or database, with one metric or some."""
    shown = [
        ("CpuUtilization", "percent", "Uso de CPU"),
        ("NodeStatus", "state", "Estado del nodo"),
        ("StorageUtilization", "percent", "Uso de almacenamiento"),
    ]
    return {
        "name": f"{name[:80]} {number}",
        "kind": drawn.of("server", "database"),
        "serves": drawn.of(None, "Portal Tributario AIRE Portal"),
        "resource_ocid": f"ocid1.instance.oc1.iad.{number}",
        "compartment_ocid": "ocid1.compartment.oc1..alcjam",
        "metrics": [
            {
                "namespace": "oci_computeagent",
                "name": metric,
                "unit": unit,
                "title": title,
                "meaning": f"Mide {title.lower()}.",
                "availability": unit == "state",
            }
            for metric, unit, title in shown[: drawn.of(1, 2, 3)]
        ],
    }


# What was read, and when


def readings(
    drawn: Draw, contract: Contract, report: ReportPeriod, cut_off: datetime
) -> tuple[tuple[DayRead, ...], tuple[RefusedBatch, ...], dict[str, datetime]]:
    """Which days of which source were read when, what came and was refused, and when each source was read last."""
    read: list[DayRead] = []
    refused: list[RefusedBatch] = []
    read_at: dict[str, datetime] = {}
    for number, (source, name) in enumerate(subjects(contract)):
        standing = drawn.of(
            "read", "read", "read", "read", "partly", "early", "refused", "replaced", "released", "in part", "never"
        )
        if standing in ("refused", "replaced"):
            state = drawn.of("quarantined", "unreadable", "fetched")
            reason = drawn.of(None, "tickets.id_unique: Ninguna solicitud aparece dos veces: 2 filas", "x.y " * 200)
            came_at = cut_off - timedelta(minutes=number)
            refused.append(RefusedBatch(number, source, name or "a.csv", state, reason, came_at, report.days[:2]))
        if standing == "released":
            said = ("Líder de Operaciones", drawn.of("así es", "lo confirmó el proveedor"))
            came_at, why = cut_off - timedelta(minutes=number), "tickets.id_unique: una solicitud aparece dos veces"
            days = report.days[:2]
            refused.append(
                RefusedBatch(number, source, name or "a.csv", "released", why, came_at, days, *said, "released")
            )
        if standing == "in part":
            came_at, why = cut_off - timedelta(minutes=number), "Filas que quedaron aparte: 1: fila 7, «x»"
            refused.append(RefusedBatch(number, source, name or "a.csv", "loaded", why, came_at, report.days[:2]))
        if standing == "never":
            continue
        read_at[source] = cut_off
        if whole(source):
            if standing == "early":
                read_at[source] = ended(source, report.period_from)
            continue
        days = {"partly": report.days[1::2], "refused": report.days[2:]}.get(standing, report.days)
        for day in days:
            at = ended(source, day) - timedelta(hours=3) if standing == "early" else cut_off
            read.append(DayRead(source, name, day, at))
    return tuple(read), tuple(refused), read_at


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a UTC day."""
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


# What was measured


def usage(drawn: Draw, days: Sequence[date]) -> tuple[UsageDay, ...]:
    """Metered products, each on every day or with days left out; what was corrected is taken off again."""
    kinds = zip(drawn.among(SERVICES), drawn.among(PROVIDER_WORDS), drawn.among(UNITS), strict=False)
    quantities, hours = drawn.some(numbers()), drawn.among((24, 24, 24, 24, 23, 1, 0))
    sign = drawn.of(1, 1, 1, -1)
    return tuple(
        UsageDay(
            usage_date=day,
            service_code=service,
            product_description=f"{product} {number}" if number > 2 else product,
            unit=unit,
            quantity=next(quantities) * sign,
            hours=(seen := next(hours)),
            hours_of_day=seen,
        )
        for number, (service, product, unit) in enumerate(islice(kinds, drawn.count("products")))
        for day in days[:: drawn.of(1, 1, 1, 2)]
    )


def metrics(drawn: Draw, contract: Contract, read: Iterable[DayRead]) -> tuple[MetricPoint, ...]:
    """Hours of every charted metric on the days that were read: all alike, all over the range, or none."""
    days: dict[str, list[date]] = {}
    for each in read:
        if each.source == "oci_metrics":
            days.setdefault(each.subject, []).append(each.day)
    points = []
    for resource in contract.resources:
        for metric in resource.metrics:
            measured = st.decimals(0, 1 if metric.unit == "state" else 100, places=drawn.of(0, 12))
            values, hours = drawn.some(measured), drawn.of(range(0, 24, 3), range(24), range(0))
            for day in days.get(f"{resource.name}/{metric.namespace}/{metric.name}", ()):
                for hour in hours:
                    value = next(values)
                    points.append(
                        MetricPoint(
                            resource_name=resource.name,
                            namespace=metric.namespace,
                            metric_name=metric.name,
                            hour=moment(day, hour),
                            value=value,
                            minimum=value / 2,
                            maximum=value,
                            five_minute_samples=12 if metric.availability else None,
                            five_minute_samples_up=round(12 * min(value, 1)) if metric.availability else None,
                            five_minute_minimum=value if metric.availability else None,
                        )
                    )
    return tuple(points)


def backups(drawn: Draw, contract: Contract, days: Sequence[date]) -> tuple[OciBackup, ...]:
    """The provider's backups: several a day or none, known states and unknown ones."""
    if not days:
        return ()
    names, states = drawn.some(lines()), drawn.among(("ACTIVE", "FAILED", "CREATING", "SOMETHING_NEW"))
    kinds = drawn.among(("INCREMENTAL", "FULL", "LONG_TERM_ARCHIVAL_INCREMENTAL_FOREVER"))
    places, takes = drawn.among(("OBJECT_STORE", "DBRS", None)), drawn.among((0, 7, 90, 3000))
    return tuple(
        OciBackup(
            backup_ocid=f"ocid1.dbbackup.oc1.iad.{number:04d}",
            database_ocid=contract.database.database_ocid,
            display_name=next(names),
            lifecycle_state=next(states),
            type=next(kinds),
            backup_destination_type=next(places),
            is_using_oracle_managed_keys=drawn.of(True, None) if number < 3 else False,
            version=None if number % 2 else "19.0.0.0",
            time_expiry_scheduled=None,
            time_started=(start := moment(days[number % len(days)], number % 24, 59)),
            time_ended=start + timedelta(minutes=next(takes)) if number % 4 != 3 else None,
        )
        for number in range(drawn.count("backups"))
    )


def dumps(drawn: Draw, days: Sequence[date]) -> tuple[DatabaseDump, ...]:
    """Files of the nightly dumps, from one byte to a petabyte."""
    if not days:
        return ()
    names = drawn.among(
        ("SGI_ALCJAM40-{}.DMP.gz", "SGI_ALCJAM40_esquema_completo_con_datos_historicos_{}.DMP.gz", "漢{}")
    )
    sizes = drawn.among((337_986_997, 337_986_998, 1, 33 * 10**9 + 7, 10**15))
    return tuple(
        DatabaseDump(
            file_name=f"{number}_{next(names).format(days[number % len(days)])}",
            dump_day=days[number % len(days)],
            size_bytes=next(sizes),
            modified_at=moment(days[number % len(days)] + timedelta(days=number % 2), 4, number % 60),
        )
        for number in range(drawn.count("dumps"))
    )


# What people did and wrote


def warranty_days(contract: Contract, report: ReportPeriod) -> Sequence[date | None]:
    """Days on which a ticket under warranty may have been registered, or none that is known."""
    warranty = contract.warranty_listed_in(report)
    return (warranty.valid_from - timedelta(days=400), warranty.valid_from, None, warranty.valid_to) if warranty else ()


def tickets(
    drawn: Draw, kind: Literal["support", "warranty", "earlier"], days: Sequence[date | None], first: int
) -> tuple[Ticket, ...]:
    """Requests: classified as somebody saw fit, or not at all."""
    if not days:
        return ()
    categories = drawn.count("categories")
    count = max(drawn.count(kind), categories)
    known = [*(f"Categoría {number}" for number in range(categories)), *islice(drawn.some(lines()), 3), ""]
    statuses, products = drawn.among(STATUSES), drawn.among(known)
    told, urgency = drawn.of((), TICKET_COLUMNS, ("registered_at", "solved_at")), drawn.among(PRIORITIES)
    written = drawn.some(st.one_of(texts(), st.none()))
    return tuple(
        Ticket(
            ticket_id=str(first + number),
            service="warranty" if kind == "warranty" else "support",
            registered_on=days[number % len(days)],
            status=next(statuses),
            product=next(products),
            module=known[number % len(known)],
            process=known[number * 7 % len(known)],
            subprocess=known[number * 3 % len(known)],
            summary=next(written),
            told=told,
            **{name: value for name, value in times(drawn, days[number % len(days)], next(urgency)) if name in told},
        )
        for number in range(count)
    )


def times(drawn: Draw, day: date | None, urgency: str | None) -> Iterator[tuple[str, Any]]:
    """How urgent a request is, and when it came, was answered and was solved, in whatever order, or not at all."""
    came = moment(day or date(2026, 1, 9)) + timedelta(minutes=drawn.of(0, 1, 700))
    yield "priority", urgency
    yield "registered_at", drawn.of(came, came, None)
    yield "first_answered_at", drawn.of(None, *(came + timedelta(hours=each) for each in (-1, 0, 3, 70)))
    yield "solved_at", drawn.of(None, *(came + timedelta(hours=each) for each in (-2, 1, 71, 3_000)))


def ticket_states(drawn: Draw, listed: Iterable[Ticket], cut_off: datetime) -> tuple[TicketState, ...]:
    """Some requests were seen open before they were seen as they are."""
    seen = []
    for ticket in islice(listed, drawn.count("support")):
        opened = moment(ticket.registered_on or cut_off.date())
        closed = max(opened + timedelta(days=1), cut_off - timedelta(days=2))
        for status, first, last in (("Activo", opened, opened), (ticket.status, closed, closed)):
            seen.append(TicketState(ticket_id=ticket.ticket_id, status=status, first_seen_at=first, last_seen_at=last))
    return tuple(seen)


def hour_bank(drawn: Draw, report: ReportPeriod, requests: Sequence[str]) -> tuple[HourBankEntry, ...]:
    """Requests charged to the bank: finished in the period, before, later, on no known day, or not finished."""
    states = drawn.among(("Terminado", "En ejecución", "Activo", "Programado", "Comprometido", "Aprobado"))
    days = drawn.among((report.period_from, report.period_to, report.period_from - timedelta(days=9), None))
    hours = drawn.some(st.one_of(st.integers(0, 40).map(Decimal), numbers(-6, 2)))
    count = drawn.count("hour_bank")
    named = (
        f"{number}. {requests[number % len(requests)]}" if number > 6 else requests[number] for number in range(count)
    )
    return tuple(
        HourBankEntry(request=request, production_date=next(days), estimated_hours=next(hours), status=next(states))
        for request in named
    )


def earlier_findings(drawn: Draw, before: ReportPeriod) -> tuple[IssuedFigure, ...]:
    """What the report before printed of findings."""
    about = (("usage.step", "Compute / Standard - E5"), ("sources.unread", "tickets"), ("observation", "dump.late"))
    ids = [
        catalogue.figure_id("finding", kind=kind, subject=subject, name="days")
        for kind, subject in (*((kind, "") for kind in PLANNED), *about)
    ]
    return tuple(
        IssuedFigure(report_number=before.number, version=1, figure_id=each, value=Decimal(1))
        for each in ids[: drawn.of(0, 0, 3, len(ids))]
    )


ASKED = ("explain_copies", "decide_consequences", "renew_guarantees", "agree_hours", "sign_acts", "sign_reports")


def earlier_requests(drawn: Draw, contract: Contract, before: ReportPeriod) -> tuple[IssuedFigure, ...]:
    """What the report before asked for, or still waited for; its corrected version may ask for less."""
    made = ASKED[drawn.of(0, 0, 3, len(ASKED)) :]
    corrected = drawn.of(True, False)
    return tuple(
        IssuedFigure(report_number=before.number, version=version, figure_id=figure, value=Decimal(1))
        for version, kinds in ((1, made), *(((2, made[1:]),) if corrected else ()))
        for kind in kinds
        for figure in [catalogue.figure_id("request.reports", asked=kind, code=request_code(kind, before.number))]
    )


def signed_back(drawn: Draw, before: ReportPeriod) -> tuple[SignedBack, ...]:
    """How the documents of the report before came back: signed, on paper, or not."""
    named = drawn.some(lines())
    papers = (
        ("management_report", "Informe de Gestión"),
        ("technical_report", "Informe Técnico"),
        ("delivery_act", "Acta de Entrega"),
    )
    told = []
    for kind, title in papers:
        how = drawn.of(None, "countersigned", "scanned")
        at = moment(drawn.of(before.report_date, before.report_date + timedelta(days=200))) if how else None
        role = next(named) if how == "countersigned" and drawn.of(True, False) else None
        by = "operador" if how == "scanned" else None
        told.append(
            SignedBack(report_number=before.number, version=1, kind=kind, title=title, how=how, role=role, at=at, by=by)
        )
    return tuple(told)


def earlier_headlines(drawn: Draw, contract: Contract, before: ReportPeriod) -> tuple[IssuedFigure, ...]:
    """What the report before printed of what the first page answers: nothing, some of it, or all."""
    ids = [each for each in HEADLINES if not each.endswith("/")]
    ids += [catalogue.figure_id("availability.percent", resource=each.name) for each in contract.resources]
    values = drawn.some(numbers(-2, 9))
    return tuple(
        IssuedFigure(report_number=before.number, version=1, figure_id=each, value=next(values))
        for each in ids[drawn.of(0, 0, 4, len(ids)) :]
    )


def issued_hours(drawn: Draw, before: ReportPeriod, requests: Sequence[str]) -> tuple[IssuedFigure, ...]:
    """What the report before printed of the bank: nothing, its totals, or each request too."""
    printed = drawn.of("nothing", "totals", "requests")
    ids = [catalogue.figure_id("hour_bank.balance", state=state) for state in STATES]
    if printed == "requests":
        ids += [catalogue.figure_id("hour_bank.opening", state=state) for state in STATES]
        ids += [catalogue.figure_id("hour_bank.request", charged=CHARGED[0], request=foreign_line(requests[0], 200))]
    values = drawn.some(numbers(-2, 2))
    return tuple(
        IssuedFigure(report_number=before.number, version=1, figure_id=each, value=next(values))
        for each in (ids if printed != "nothing" else ())
    )


def registers(drawn: Draw, contract: Contract, report: ReportPeriod, requests: Sequence[str]) -> ContractRegisters:
    """The workbook of a contract's records: all its registers or some, left after the period or before its end."""
    if contract.records is None or drawn.of(False, False, False, True):
        return ContractRegisters()
    ends = moment(report.report_date, 12)
    written, named = drawn.some(texts()), drawn.some(lines())
    first, last, later = report.period_from, report.period_to, report.report_date + timedelta(days=9)
    answered, day = drawn.among((None, last, later)), cycle(report.days)
    due = drawn.among((None, first, last, later))
    sent = drawn.among((None, first, last, later))
    rows: dict[str, tuple[Any, ...]] = {
        "attestations": tuple(
            Attestation(
                obligation=number, report=report.number, role=contract.records.roles[number % 2], attested_on=last
            )
            for number in range(1, drawn.count("obligations") + 1)
        ),
        "consultations": tuple(
            Consultation(asked_on=next(day), addressee=next(named), matter=next(written), answered_on=next(answered))
            for _ in range(drawn.count("consultations"))
        ),
        "force_majeure": tuple(
            ForceMajeure(
                occurred_on=next(day), event=next(written), notified_on=next(answered), recommendation=next(written)
            )
            for _ in range(drawn.count("force_majeure"))
        ),
        "deliverables": tuple(
            Deliverable(
                code=f"COM-ALCJAM-{number:03d}",
                kind=next(named),
                obligation=number % 4 or None,
                due_on=next(due),
                sent_on=next(sent),
                addressee=next(named),
            )
            for number in range(drawn.count("deliverables"))
        ),
        "change_controls": tuple(
            ChangeRecord(
                code=f"CC-ALCJAM-{number:03d}",
                request=requests[number % len(requests)],
                requested_on=first,
                approved_on=last if number % 2 else None,
                specified_on=last if number % 2 else None,
                deliverable=drawn.of(None, "Formulario de la sobretasa, en producción"),
                evidence=drawn.of(None, "Menú Predial, opción Sobretasa ambiental"),
                acceptance_criteria=drawn.of(None, "Liquida los predios de la muestra sin diferencias"),
                ticket_id="1" if number % 3 else None,
                act_code="SER-ACEN-001" if number % 5 == 0 else None,
                delivered_on=drawn.of(None, last, later) if number < 3 else None,
                hours=Decimal(number),
                title=next(named) if number % 2 else None,
            )
            for number in range(drawn.count("change_controls"))
        ),
        "social_security": tuple(
            SocialSecurityProof(
                month=first.replace(day=1), kind=next(named), document_number=next(named), issued_on=last
            )
            for _ in range(drawn.of(0, 1, 3))
        ),
        "incidents": tuple(
            Incident(
                occurred_on=next(day),
                kind=("Seguridad de la información", "Datos personales", "Reclamación")[number % 3],
                event=next(written),
                closed_on=next(answered),
            )
            for number in range(drawn.count("incidents"))
        ),
    }
    codes = [Finding(kind=kind, severity="alert", section="backups").code for kind in PLANNED]
    rows["action_plans"] = tuple(
        ActionPlan(
            finding=drawn.of(*codes, "H-00000"),
            cause=next(written) if number % 2 else None,
            action=next(written),
            owner=next(named),
            due_on=drawn.of(None, first, later),
            done_on=drawn.of(None, last, later),
        )
        for number in range(drawn.count("action_plans"))
    )
    before = contract.report_before(report)
    made = [request_code(kind, before.number) for kind in ASKED] if before else ["P-00000"]
    rows["replies"] = tuple(
        Reply(
            code=drawn.of(*made),
            answered_on=drawn.of(first, last, later),
            answered_by=next(named),
            answer=next(written),
            support=next(named) if number % 2 else None,
        )
        for number in range(drawn.count("replies"))
    )
    rows["payments"] = tuple(
        Payment(
            instalment=1 + number % 12,
            invoice=f"FE-{number}",
            amount=drawn.of(Decimal(1), Decimal("40000000.50"), Decimal(10**12)),
            billed_on=drawn.of(first, last, later),
            due_on=drawn.of(None, last, later),
            paid_on=drawn.of(None, later),
        )
        for number in range(drawn.count("payments"))
    )
    kept = drawn.of(tuple(rows), ("consultations",), tuple(name for name in rows if rows[name]))
    left_at = drawn.of(ends, moment(first))
    return ContractRegisters(ends, left_at, {name: rows[name] for name in REGISTERS if name in kept})
