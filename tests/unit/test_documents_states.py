"""Periods unlike the sample: nothing happened, one of each, corrections, gaps, long periods."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

from service_reports.checks.observation import Observation
from service_reports.documents import crosscheck, render_documents, render_management_report, render_technical_report
from service_reports.documents.engine.charts import metric_chart, value_axis
from service_reports.documents.proof.text_changes import as_read_then
from service_reports.documents.sections.technical.availability import joined_days
from service_reports.figures.chapters.tickets import left_open
from service_reports.figures.model import MetricDay, PeriodFigures, TicketFigures, UsageTable
from service_reports.figures.period import with_numbers
from service_reports.records import EarlierTicket
from service_reports.wording.es_co.formats import availability
from tests.golden.sample_figures import pdf_text, sample, sample_text, ticket_figures

NO_TICKETS = TicketFigures(tickets=(), tables=())


def _with(**changes: object) -> PeriodFigures:
    contract, figures = sample()
    return with_numbers(contract, figures.model_copy(update=changes))


def _management(figures: PeriodFigures, **contract_changes: object) -> str:
    contract = sample()[0].model_copy(update=contract_changes)
    return pdf_text(render_management_report(contract, figures).content)


def _technical(figures: PeriodFigures, **contract_changes: object) -> str:
    contract = sample()[0].model_copy(update=contract_changes)
    return pdf_text(render_technical_report(contract, figures).content)


@cache
def _management_of_little() -> str:
    """One ticket, none in warranty, and an hour bank of other than whole hours: each is told in a part of its own."""
    _, figures = sample()
    bank = figures.hour_bank.model_copy(update={"contracted": Decimal("200.5"), "available": Decimal("168.5")})
    return _management(_with(support=ticket_figures(figures.support.tickets[:1]), warranty=NO_TICKETS, hour_bank=bank))


@cache
def _management_of_nothing() -> str:
    """No tickets at all, and an hour bank that nobody used."""
    _, figures = sample()
    bank = figures.hour_bank.model_copy(update={"consumed": Decimal(0), "available": Decimal(200), "entries": ()})
    return _management(_with(support=NO_TICKETS, warranty=NO_TICKETS, hour_bank=bank))


@cache
def _technical_without_a_flaw() -> str:
    """Every day of the period complete, and no findings."""
    _, figures = sample()
    usage = figures.usage
    rows = tuple(
        row.model_copy(update={"hours": 24, "state": "complete", "quantities": usage.rows[0].quantities})
        for row in usage.rows
    )
    return _technical(_with(usage=usage.model_copy(update={"rows": rows}), observations=()))


@cache
def _technical_with_flaws() -> str:
    """A metric without samples, another with gaps and outages, and a finding of a kind that nobody knows."""
    _, figures = sample()
    first = figures.metrics[0]
    empty = first.model_copy(
        update={
            "days": tuple(MetricDay(day=day.day, mean=None, samples=0) for day in first.days),
            "minimum": None,
            "mean": None,
            "maximum": None,
            "p95": None,
            "peak": None,
            "samples": 0,
        }
    )
    node = next(series for series in figures.metrics if series.unit == "state")
    days = tuple(
        day.model_copy(update={"mean": None, "samples": 0}) if 9 < position < 14 else day
        for position, day in enumerate(node.days)
    )
    gaps = node.model_copy(update={"days": days, "samples": 720, "minimum": Decimal("0.5")})
    entry = figures.availability[0].model_copy(
        update={"percent": Decimal("99.99999"), "samples_up": 8639, "samples": 8640}
    )
    assert first is not node
    metrics = tuple({id(first): empty, id(node): gaps}.get(id(each), each) for each in figures.metrics)
    unknown = _finding("usage.new_kind", "Más de <1 & menos>")
    return _technical(_with(metrics=metrics, availability=(entry,), observations=(unknown,)))


def test_a_correction_says_what_it_replaces_and_why():
    figures = _with(version=2, correction_reason="Faltaban 3 solicitudes & una copia")
    for document in render_documents(sample()[0], figures):
        assert document.code.endswith("_v2")
        if document.media_type == "application/pdf":
            text = pdf_text(document.content)
            assert "Versión 2 — reemplaza la versión 1. Motivo: Faltaban 3 solicitudes & una copia" in text
            assert "Versión 2 · Página 1 de" in text


def test_without_warranty_tickets_there_is_no_warranty_section():
    assert "Solicitudes en Garantía" not in _management_of_little()
    assert "4.2. PRINX Plus" in _management_of_little()


def test_no_tickets_at_all():
    assert "no se registraron solicitudes de soporte" in _management_of_nothing()
    assert "No hay solicitudes del periodo para relacionar" in _management_of_nothing()


def test_one_ticket_is_singular():
    assert "se registró 1 solicitud de soporte" in _management_of_little()
    assert "se registró 1 solicitud. Según su estado" in _management_of_little()


def test_an_unused_hour_bank():
    text = _management_of_nothing()
    assert "Horas CONSUMIDAS, las estimadas de lo terminado: 0 horas" in text
    assert "no hay solicitudes con cargo a la bolsa de horas" in text
    assert "no hubo entregas con cargo a la bolsa de horas" in text


def test_hours_that_are_not_whole_are_not_put_in_words():
    assert "un paquete de 200,5 horas" in _management_of_little()
    assert "168,5 horas" in _management_of_little()


def test_empty_prose_of_the_contract_is_said():
    contract, figures = sample()
    recommendations = contract.recommendations.model_copy(update={"management": (), "technical": ()})
    without_obligations = figures.model_copy(update={"obligations": ()})
    text = _management(without_obligations, platform=(), recommendations=recommendations)
    assert "El contrato no describe los módulos" in text
    assert "no tiene obligaciones registradas" in text
    assert "No se registran recomendaciones" in text
    text = _technical(figures, glossary=(), recommendations=recommendations)
    assert "Glosario" not in text


def test_a_technical_report_without_any_data():
    _, figures = sample()
    usage = figures.usage
    rows = tuple(row.model_copy(update={"hours": 0, "state": "missing", "quantities": ()}) for row in usage.rows)
    days = tuple(row.day for row in rows)
    empty = figures.model_copy(
        update={
            "usage": UsageTable(columns=(), rows=rows, totals=()),
            "metrics": (),
            "availability": (),
            "backups": figures.backups.model_copy(update={"backups": (), "days_missing": days}),
            "dumps": figures.dumps.model_copy(
                update={"dumps": (), "days_missing": days, "total_bytes": 0, "stale_days": 0, "listed_at": None}
            ),
        }
    )
    text = _technical(with_numbers(sample()[0], empty))
    assert "No hay datos de uso del periodo" in text
    assert "OCI no relaciona copias de la base de datos" in text
    assert "No hay volcados de la base de datos" in text
    assert "no afirma ni niega caídas" in text
    assert "sin copia exitosa en 34 días: 20/01/2026 a 22/02/2026" in text


def test_a_complete_period_says_so():
    assert "Los días del periodo están completos: 34 días con todas sus horas." in _technical_without_a_flaw()


def test_gaps_and_outages_of_a_metric_are_told():
    text = _technical_with_flaws()
    assert "estuvo entre 0,5 y 1 en 30 días con datos de 34" in text
    assert "respondió en 8.639 de 8.640 muestras recibidas (99,9999 %); se esperaban 9.792" in text
    assert "En 1 muestra no respondió. Faltan 1.152 muestras." in text
    assert "Días sin medición: 30/01/2026 a 02/02/2026" in text


def test_a_metric_without_samples():
    assert "no se recibieron muestras de «Uso de CPU»" in _technical_with_flaws()


def test_a_long_period_flows_over_pages():
    _, figures = sample()
    start = date(2026, 8, 23)
    usage = figures.usage
    rows = tuple(usage.rows[0].model_copy(update={"day": start + timedelta(days=offset)}) for offset in range(131))
    series = tuple(
        each.model_copy(
            update={
                "days": tuple(
                    MetricDay(day=start + timedelta(days=offset), mean=Decimal(offset % 50), samples=24)
                    for offset in range(131)
                )
            }
        )
        for each in figures.metrics
    )
    text = _technical(_with(usage=usage.model_copy(update={"rows": rows}), metrics=series))
    assert text.count("31/12/2026") >= 3


@pytest.mark.parametrize("detail", ["none", "masked", "full"])
def test_ticket_detail(detail):
    _, figures = sample()
    ticket = figures.support.tickets[0].model_copy(
        update={"summary": "Escribir a persona@example.com, NIT 900123456-7"}
    )
    support = ticket_figures((ticket, *figures.support.tickets[1:]))
    text = _management(_with(support=support), ticket_detail=detail)
    assert "Programado 4 Portal Tributario AIRE Portal" in text
    assert ("Resumen" in text.replace("Resumen del Estado", "")) == (detail != "none")
    assert ("persona@example.com" in text) == (detail == "full")
    assert ("[correo]" in text) == (detail == "masked")


@pytest.mark.parametrize(
    ("percent", "printed"),
    [("100", "100 %"), ("99.99999", "99,9999 %"), ("99.95", "99,95 %"), ("0", "0 %")],
)
def test_availability_is_never_rounded_up_to_a_hundred(percent, printed):
    assert availability(Decimal(percent)) == printed


@pytest.mark.parametrize(("low", "high"), [(22.0, 78.0), (90.0, 92.0), (0.6, 0.6), (0.0, 0.0), (1e-6, 2e-6), (0, 1e9)])
def test_axis_ticks_enclose_the_data(low, high):
    ticks = value_axis(low, high)
    assert ticks[0] <= low
    assert high <= ticks[-1]
    assert 2 <= len(ticks) <= 8


def test_a_chart_breaks_its_line_at_a_gap():
    _, figures = sample()
    series = figures.metrics[0]
    days = tuple(
        day.model_copy(update={"mean": None, "samples": 0}) if position in (10, 11) else day
        for position, day in enumerate(series.days)
    )
    drawing = metric_chart(series.model_copy(update={"days": days}), 500)
    assert len([shape for shape in drawing.contents if type(shape).__name__ == "PolyLine"]) == 2


def _finding(kind="dump.stale", detail="Casi igual", day=date(2026, 2, 1)):
    return Observation(kind, "c", "volcados", "warning", detail, day)


def test_consecutive_days_of_one_finding_share_a_row():
    days = [date(2026, 2, day) for day in (3, 1, 2, 5)]
    found = [_finding(day=day) for day in days] + [_finding("dump.late", "Tarde", date(2026, 2, 2))]
    assert joined_days(found) == [
        ("dump.stale", "Casi igual", (date(2026, 2, 1), date(2026, 2, 3))),
        ("dump.late", "Tarde", (date(2026, 2, 2),)),
        ("dump.stale", "Casi igual", (date(2026, 2, 5),)),
    ]


def test_findings_with_other_details_or_without_a_day_keep_rows_of_their_own():
    found = [_finding(), _finding(detail="Otro", day=date(2026, 2, 2)), _finding(day=None, detail="Sin día")]
    assert [row[1:] for row in joined_days(found)] == [
        ("Casi igual", (date(2026, 2, 1),)),
        ("Otro", (date(2026, 2, 2),)),
        ("Sin día", ()),
    ]


def test_a_finding_prints_as_text_and_an_unknown_kind_as_it_is():
    assert "01/02/2026 usage.new_kind Más de <1 & menos>" in _technical_with_flaws()


def test_a_period_without_findings_says_so():
    assert "La revisión diaria de los datos no dejó observaciones" in _technical_without_a_flaw()
    assert "Hallazgos del periodo" not in _technical_without_a_flaw()


SEEN = datetime(2026, 1, 19, 3, tzinfo=UTC)
"""The evening before in Bogotá."""


def _left_open(*numbers):
    tickets = [
        EarlierTicket(
            ticket_id=str(number),
            service="support",
            registered_on=date(2026, 1, number),
            status="Programado",
            product="AIREPLUS",
            module="PREDIAL",
            process="RECAUDO",
            subprocess="General",
            last_seen_at=SEEN,
        )
        for number in numbers
    ]
    return _with(earlier=left_open(tickets, date(2026, 2, 22)))


def test_what_was_left_open_before_the_period_is_listed_with_the_day_it_was_last_seen():
    contract, figures = sample()[0], _left_open(9, 5)
    documents = render_documents(contract, figures)
    text = pdf_text(documents[0].content)
    told = " ".join(text.split())
    assert "2 solicitudes registradas antes del periodo seguían en trámite" in told
    assert "Solicitudes de periodos anteriores en trámite: 2." in told
    assert text.index("5 05/01/2026 PREDIAL Programado 48 18/01/2026") < text.index(
        "9 09/01/2026 PREDIAL Programado 44 18/01/2026"
    )
    assert [verdict.check for verdict in crosscheck(contract, figures, documents) if not verdict.passed] == []
    older = with_numbers(
        contract, figures.model_copy(update={"earlier": figures.earlier.model_copy(update={"age_days": (47, 44)})})
    )
    caught = {verdict.check for verdict in crosscheck(contract, older, documents) if not verdict.passed}
    assert caught == {"crosscheck.tables", "crosscheck.values", "crosscheck.workbook"}


def test_a_report_that_knows_of_no_earlier_request_says_so_and_the_first_one_nothing():
    assert "No hay solicitudes registradas antes del periodo que figuren en trámite." in _management(_left_open())
    assert sample()[1].earlier is None
    assert "periodos anteriores" not in sample_text("management_report")


def test_another_day_of_seeing_them_alone_is_no_other_text():
    issued = _left_open(5)
    later = issued.earlier.tickets[0].model_copy(update={"last_seen_at": SEEN + timedelta(days=3)})
    now = issued.model_copy(update={"earlier": issued.earlier.model_copy(update={"tickets": (later,)})})
    assert as_read_then(now, issued).earlier == issued.earlier
