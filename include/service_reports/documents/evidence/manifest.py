"""What one report carries: figures, rows and a manifest that names each by its hash, and the other documents too.

The manifest is canonical JSON. A signed PDF is the printed one with the signature appended, so the hash of its first
bytes, as many as were printed, can be told before it is signed, and holds after any countersignature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from service_reports.canonical_json import canonical
from service_reports.contracts import Contract
from service_reports.documents.evidence.rows import CSV, JSON, table
from service_reports.documents.rendered import Attachment, RenderedDocument
from service_reports.figures.catalogue import RULES_VERSION, families, parse
from service_reports.figures.chapter import Report
from service_reports.figures.model import KeptRows, PeriodFigures
from service_reports.wording.es_co.labels import CARRIED

FORMAT = "aire-service-reports/evidence/1"
MANIFEST, FIGURES, RULES, GUIDE = "manifest.json", "figures.json", "rules.csv", "verificar.md"
MARKDOWN = "text/markdown"
GUIDES = Path(__file__).resolve().parents[3] / "guides"
MEGABYTE = 1_000_000
DESCRIPTIONS: Mapping[str, str] = {
    MANIFEST: "Relación de lo que este informe lleva, con la huella SHA-256 de cada archivo",
    FIGURES: "Cifras del periodo con su valor exacto, su unidad, su regla y su fuente",
    RULES: "Reglas de las cifras",
    GUIDE: "Cómo comprobar este informe, con o sin el programa",
    "origin.json": "Versiones del programa, del contrato y de las plantillas, y último evento del registro",
    "period.json": "Lo que las reglas de las cifras saben del periodo",
    "sources.csv": "Respuestas de las fuentes de las que salen las filas",
    "checks.csv": "Resultados de los controles",
    "usage_hours.csv": "Consumo por hora, sumado de las líneas de los informes de costos",
    "usage_days.csv": "Consumo por día",
    "usage_before.csv": "Consumo por día del periodo anterior",
    "metric_hours.csv": "Métricas por hora",
    "oci_backups.csv": "Copias automáticas de OCI",
    "earlier_findings.csv": "Hallazgos de los informes anteriores",
    "earlier_requests.csv": "Peticiones al supervisor de los informes anteriores",
    "replies.csv": "Respuestas a esas peticiones",
    "signed_back.csv": "Documentos de los informes anteriores, y los que volvieron firmados",
    "earlier_headlines.csv": "Cifras principales de los informes anteriores, como se emitieron",
    "action_plans.csv": "Planes de acción de los hallazgos",
    "payments.csv": "Facturas y sus pagos",
    "database_dumps.csv": "Volcados de la base de datos",
    "tickets.csv": "Solicitudes de la mesa de servicio",
    "ticket_states.csv": "Lecturas del estado de las solicitudes",
    "ticket_times.csv": "Prioridad y horas de las solicitudes",
    "hour_bank.csv": "Solicitudes con cargo a la bolsa de horas",
    "hour_credits.csv": "Horas que da el contrato",
    "issued_hours.csv": "Bolsa de horas en los informes anteriores",
    "change_controls.csv": "Controles de cambios",
    "register_rows.csv": "Filas de los registros del contrato",
    "obligation_facts.csv": "Hechos en que se apoya cada obligación",
    "deliverables.csv": "Entregables de las obligaciones",
    "observations.csv": "Hallazgos sobre los datos",
    "changed_figures.csv": "Cifras que cambian frente a la versión anterior",
    "changed_texts.csv": "Textos que cambian frente a la versión anterior",
    **CARRIED,
}
"""What a reader shows beside the names of the files."""


class Evidence(NamedTuple):
    """What the reports of a version carry: the listing of its figures, and of the files of rows each its own."""

    listing: bytes
    rows: Mapping[str, bytes]

    @classmethod
    def of(cls, figures: PeriodFigures, rows: Mapping[str, bytes]) -> Evidence:
        """Figures, and the files of rows that they name."""
        return cls(figures_listing(figures), rows)


def evidence_of(
    report: Report,
    contract: Contract,
    figures: PeriodFigures,
    evidence: Evidence,
    made: Sequence[RenderedDocument],
) -> tuple[Attachment, ...]:
    """The files inside a report; ``made`` are the documents printed before it."""
    carried = carried_rows(report, figures, contract.evidence_limit_mb * MEGABYTE)
    listing, rows = evidence
    files = [
        Attachment(FIGURES, listing, JSON, "Data", DESCRIPTIONS[FIGURES]),
        Attachment(RULES, rules_listing(), CSV, "Data", DESCRIPTIONS[RULES]),
        Attachment(GUIDE, guide(), MARKDOWN, "Supplement", DESCRIPTIONS[GUIDE]),
    ]
    files += [
        Attachment(each.name, rows[each.name], _media_type(each.name), "Source", DESCRIPTIONS[each.name])
        for each in carried
    ]
    codes = dict(_codes(contract, figures))
    told = {
        "format": FORMAT,
        "rules": RULES_VERSION,
        "delivery": {
            "contract": contract.id,
            "contract_number": contract.number,
            "report": figures.report_number,
            "version": figures.version,
            "first": figures.period_from,
            "last": figures.period_to,
            "figures_sha256": hashlib.sha256(listing).hexdigest(),
        },
        "document": {"kind": report, "code": codes[report]},
        "files": [
            {
                "name": each.name,
                "sha256": hashlib.sha256(each.content).hexdigest(),
                "size_bytes": len(each.content),
                "relationship": each.relationship,
            }
            for each in files
        ],
        "elsewhere": [_elsewhere(each, codes, report) for each in figures.evidence if each not in carried],
        "documents": [
            {
                "kind": each.kind,
                "code": each.code,
                "file": each.file_name,
                "size_bytes": len(each.content),
                "sha256": hashlib.sha256(each.content).hexdigest(),
                "of": "file" if each.vendor_box is None else "first_bytes",
            }
            for each in made
        ],
    }
    manifest = Attachment(MANIFEST, canonical(told).encode(), JSON, "Data", DESCRIPTIONS[MANIFEST])
    return (manifest, *files)


def carried_rows(report: Report, figures: PeriodFigures, limit_bytes: int) -> tuple[KeptRows, ...]:
    """The files of rows that a report carries: its own, the smallest first, as long as they fit together."""
    own = [each for each in figures.evidence if report in each.reports]
    fitting, room = set(), limit_bytes
    for each in sorted(own, key=lambda one: (one.size_bytes, one.name)):
        room -= each.size_bytes
        if room >= 0:
            fitting.add(each.name)
    return tuple(each for each in own if each.name in fitting)


def figures_listing(figures: PeriodFigures) -> bytes:
    """Every figure as canonical JSON: id and what it tells apart, exact value as text, unit, rule, source."""
    listed = [
        {
            "id": each.id,
            "value": f"{each.value:f}",
            "unit": each.unit,
            "rule": (known := parse(each.id)).family.name,
            "about": {name: value for name, value in known.of.parameters.items() if value},
            "source": each.source,
        }
        for each in figures.with_changes.values()
    ]
    return canonical(listed).encode()


@cache
def rules_listing() -> bytes:
    """The rules of the catalogue: how the ids of their figures are written, in what unit, and what they are."""
    rules = ((each.name, each.pattern, each.unit, each.meaning) for each in families().values())
    return table(RULES, "rule id unit meaning", rules, ()).content


@cache
def guide() -> bytes:
    """How a report is checked, in Spanish: whoever has the report has it, too."""
    return (GUIDES / GUIDE).read_bytes()


def _media_type(name: str) -> str:
    return JSON if name.endswith(".json") else CSV


def _codes(contract: Contract, figures: PeriodFigures) -> Iterator[tuple[str, str]]:
    period = contract.report(figures.report_number)
    for kind in ("management_report", "technical_report"):
        if kind in contract.document_kinds:
            yield kind, contract.document_code(kind, period, figures.version)


def _elsewhere(each: KeptRows, codes: Mapping[str, str], report: Report) -> dict[str, object]:
    """A file that this report does not carry: in another report, or in the archive."""
    others = [codes[other] for other in each.reports if report not in each.reports and other in codes]
    return {
        "name": each.name,
        "sha256": each.sha256,
        "size_bytes": each.size_bytes,
        "rows": each.rows,
        "document": others[0] if others else None,
        "archive_key": each.archive_key,
    }
