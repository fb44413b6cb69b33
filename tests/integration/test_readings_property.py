"""Whatever was collected, late, early, partly, refused or not at all: no report denies what nobody read.

Random collections of one period go through the real steps (fetch, validate, load, then the close up to the
mailbox) against PostgreSQL. What each reading supports is reckoned here from the plan alone. Then either the gate
refused and nothing left, or everything that left is read: no «none», zero, complete or percentage of a source without
a reading after the end of the days that supports it, and what is unread is called so wherever it is told.

``READINGS_EXAMPLES=50`` in the environment tries so many new ones; without it the same few.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from service_reports.contracts import BOGOTA
from service_reports.documents.proof.texts import printed_texts
from tests.integration.closing import PERIOD, Beginning, Closing

pytestmark = pytest.mark.integration

FIRST, LAST = date.fromisoformat(PERIOD["first"]), date.fromisoformat(PERIOD["last"])
DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
HELP_DESK = ("tickets", "hour_bank")
OBLIGATIONS = [
    {"number": number, "text": f"Compromiso {kind}.", "depends_on": [fact]}
    for number, (kind, fact) in enumerate(
        {
            "de soporte": "tickets",
            "de horas": "hour_bank",
            "de copias": "backups",
            "de uso": "usage",
            "de servicio": "availability",
            "de informes": "reports",
        }.items(),
        start=1,
    )
]


class Reading(NamedTuple):
    """One reading of a source: its days, what it brings, and after which day's end it was made (``None``: weeks)."""

    source: str
    first: int
    last: int
    brings: str
    after: int | None

    def told_at(self) -> datetime:
        """Half a day after the end of a day, or long after the period."""
        day = LAST + timedelta(days=20) if self.after is None else DAYS[self.after]
        return datetime(day.year, day.month, day.day, 18, tzinfo=UTC) + timedelta(days=1)

    def days(self) -> list[date]:
        """The days that it was asked for."""
        return DAYS[self.first : self.last + 1]

    def command(self) -> dict[str, Any]:
        """As the driver takes it."""
        first, last = self.days()[0].isoformat(), self.days()[-1].isoformat()
        return {
            "source": self.source,
            "first": first,
            "last": last,
            "brings": self.brings,
            "told_at": self.told_at().isoformat(),
        }


def ended(source: str, day: date) -> datetime:
    zone = UTC if source.startswith("oci_") else BOGOTA
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)


def lost_days(plan: Sequence[Reading]) -> dict[str, list[date]]:
    """By source, the days of which no reading after their end stands."""
    lost: dict[str, list[date]] = {}
    for source in ("oci_cost_reports", "oci_metrics", "oci_backups", "database_dumps", *HELP_DESK):
        readings = [each for each in plan if each.source == ("help_desk" if source in HELP_DESK else source)]
        read = {
            day
            for each in readings
            if each.brings != "refused"
            for day in (DAYS if source == "hour_bank" else each.days())
            if each.told_at() >= ended(source, day)
        }
        if source == "oci_cost_reports":
            read -= {day for each in refused(readings) for day in each.days()}
        lost[source] = [day for day in DAYS if day not in read]
    return lost


def refused(readings: Iterable[Reading]) -> list[Reading]:
    """The refused readings that no later one has taken the place of; a plan has none that is replaced in part."""
    readings = list(readings)
    return [
        each
        for number, each in enumerate(readings)
        if each.brings == "refused"
        and not any(
            later.source == each.source and later.brings != "refused" and set(each.days()) <= set(later.days())
            for later in readings[number + 1 :]
        )
    ]


def _one(source: str) -> st.SearchStrategy[list[Reading]]:
    last = len(DAYS) - 1
    whole = {"source": st.just(source), "first": st.just(0), "last": st.just(last)}
    good = st.builds(Reading, **whole, brings=st.sampled_from(["good", "good", "blank"]), after=st.none())
    # An early listing of copies has none of later days: with all of them, each day has its copy indeed.
    seen_early = ["blank"] if source in ("oci_backups", "database_dumps") else ["good", "blank"]
    early = st.builds(Reading, **whole, brings=st.sampled_from(seen_early), after=st.integers(0, last - 1))
    spoilt = st.builds(Reading, **whole, brings=st.just("refused"), after=st.none())
    part = st.builds(
        Reading, st.just(source), st.just(0), st.integers(0, last - 1), st.sampled_from(["good", "blank"]), st.none()
    )
    mended = st.tuples(spoilt, good).map(lambda both: [both[0]._replace(after=last), both[1]])
    single = st.one_of(good, good, good, early, part, spoilt).map(lambda reading: [reading])
    return st.one_of(single, single, mended, st.just([])) if source != "oci_cost_reports" else st.one_of(single, mended)


PLANS = st.tuples(
    *(_one(source) for source in ("oci_cost_reports", "oci_metrics", "oci_backups", "database_dumps", "help_desk"))
).map(lambda parts: [reading for part in parts for reading in part])

DENIALS: Mapping[str, str] = {
    "tickets": r"no se registraron solicitudes|\b0 solicitud|solicitudes registradas 0\b|ninguna de las solicitudes del"
    r"|no hay solicitudes del periodo|\b0 terminadas|\b0 en trámite",
    "hour_bank": r"no se han consumido|no hay horas comprometidas|no hay controles de cambio aprobados"
    r"|no tuvo movimientos"
    r"|no hay solicitudes con cargo"
    r"|\d (?:hora disponible|horas disponibles)|no hubo entregas|\d horas? \(\d+ %\)",
    "oci_metrics": r"no se recibieron|no lleg(?:ó|aron) \d|\b0 de \d[\d.]* muestras?|días sin medición\b"
    r"|100 %(?!$)|disponibilidad del nodo: 100 %",
    "oci_backups": r"no relaciona copias|tienen? copia exitosa|\b0 copias|copias fallidas: 0|\b0 fallidas",
    "database_dumps": r"no hay volcados|tienen volcado|\b0 volcados|\b0 archivos|\b0 MB",
    "oci_cost_reports": r"no traen ninguna|días del periodo están completos|no hay datos de uso del periodo"
    r"|ningún recurso cambió de nivel durante el periodo|sin consumo en este periodo",
}
"""Words that say that there was none of something, or all of it."""
OF_ALL = r"no muestran|no hay hallazgos registrados sobre los datos del periodo"
QUALIFIED = re.compile(r"no se afirma|leíd[oa]s?\b|sin leer|conocid[oa]s?\b", re.IGNORECASE)
"""A sentence that says itself of what it speaks."""
SHEETS: Mapping[str, tuple[str, ...]] = {
    "tickets": ("Solicitudes", "En trámite", "Conteos solicitudes"),
    "hour_bank": ("Bolsa de horas", "Movimientos de la bolsa", "Consumos de la bolsa"),
    "oci_metrics": ("Métricas", "Métricas diarias", "Disponibilidad"),
    "oci_backups": ("Copias de OCI",),
    "database_dumps": ("Volcados",),
    "oci_cost_reports": ("Consumo diario", "Resumen de consumo"),
}
FIGURES: Mapping[str, tuple[str, ...]] = {
    "tickets": ("tickets.", "summary.tickets."),
    "hour_bank": ("hour_bank.",),
    "oci_metrics": ("metric/", "availability/"),
    "oci_backups": ("backups.oci.", "summary.backups."),
    "database_dumps": ("backups.dumps.", "summary.dumps."),
    "oci_cost_reports": ("usage.days.complete",),
}


def false_sentences(texts: Iterable[str], lost: Mapping[str, Sequence[date]]) -> list[str]:
    """Sentences that deny, or call complete, what was not read; a cell of a table has its scope beside it."""
    found = []
    for text in texts:
        if QUALIFIED.search(text):
            continue
        for source, pattern in DENIALS.items():
            if lost[source] and re.search(pattern, text, re.IGNORECASE):
                found.append(f"{source}: {text}")
        if any(lost.values()) and re.search(OF_ALL, text, re.IGNORECASE):
            found.append(text)
    return found


def false_cells(workbook: bytes, lost: Mapping[str, Sequence[date]]) -> list[str]:
    """Zeros in sheets of sources of which nothing was read."""
    book = load_workbook(BytesIO(workbook))
    return [
        f"{title}!{cell.coordinate}"
        for source, titles in SHEETS.items()
        if len(lost[source]) == len(DAYS)
        for title in titles
        if title in book.sheetnames
        for row in book[title].iter_rows()
        for cell in row
        if cell.value == 0
    ]


def mailed(closing: Closing) -> str:
    [path] = closing.sandbox.mail_folder.glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=default)
    return str(message.get_body(("plain",)).get_content())


@pytest.fixture(scope="module")
def uncollected(closing: Closing) -> Beginning:
    return closing.uncollected()


def check(closing: Closing, plan: Sequence[Reading], allowed: bool) -> None:
    """Collect as planned, close, and look at everything that left."""
    lost, standing = lost_days(plan), refused(plan)
    closing.read([each.command() for each in plan])
    run = closing.new_run("close")
    changes = {"issue_with_refused_batches": allowed, "obligations": OBLIGATIONS}
    [ended_with] = closing.run(run, contract_changes=changes)
    seen = closing.outcome()
    wholly_refused = {each.source for each in standing if len(each.days()) == len(DAYS)}
    never = [
        source
        for source, days in lost.items()
        if len(days) == len(DAYS) and ("help_desk" if source in HELP_DESK else source) not in wholly_refused
    ]
    if never or (standing and not allowed):
        assert str(ended_with.error).startswith("GateRefused: "), ended_with.error
        assert ("fue rechazado" in str(ended_with.error)) == bool(standing and not allowed), ended_with.error
        assert ("sin leer" in str(ended_with.error)) == bool(never), ended_with.error
        assert (seen["versions"], seen["messages"]) == ([], [])
        return
    assert ended_with.error is None, ended_with.error
    documents, figures, mail = closing.printed(1), closing.figures(1), mailed(closing)
    blocks = [" ".join(block.text.split()) for block in printed_texts(documents)]
    sentences = [" ".join(line.split()) for line in mail.splitlines()]
    assert false_sentences([*blocks, *sentences], lost) == []
    assert false_cells(documents[2].content, lost) == []
    for source, prefixes in FIGURES.items():
        zeros = [each.id for each in figures.figures if each.id.startswith(prefixes) and not each.value]
        assert not lost[source] or zeros == [], source
    for source, missing in (
        ("oci_backups", figures.backups.days_missing),
        ("database_dumps", figures.dumps.days_missing),
    ):
        assert not set(missing) & set(lost[source])
    assert {row.day for row in figures.usage.rows if row.state in ("complete", "missing")}.isdisjoint(
        lost["oci_cost_reports"]
    )
    assert (figures.hour_bank is None) == bool(lost["hour_bank"])
    unread = {source for source, days in lost.items() if days}
    assert {gap.source for gap in figures.gaps if not gap.replaced} == unread
    told = any("sin leer" in text.lower() for text in blocks)
    assert told == bool(unread)
    assert ("sin leer" in mail.lower()) == bool(unread)
    assert ("Sin leer" in load_workbook(BytesIO(documents[2].content)).sheetnames) == bool(figures.gaps)
    assert closing.misprinted(1) == []


def test_no_report_denies_what_nobody_read(closing: Closing, uncollected: Beginning) -> None:
    more = int(os.environ.get("READINGS_EXAMPLES", "0"))

    @settings(
        max_examples=more or 6,
        derandomize=not more,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate] if not more else list(Phase),
    )
    @given(plan=PLANS, allowed=st.sampled_from([True, True, False]))
    def whatever_was_collected(plan: list[Reading], allowed: bool) -> None:
        for each in plan:
            note(f"    {each}")
        closing.restart(uncollected)
        check(closing, plan, allowed)

    whatever_was_collected()


def plan_of(**of_source: Reading | None) -> list[Reading]:
    """Everything read well long after the period, but for these."""
    last = len(DAYS) - 1
    plan: dict[str, Reading | None] = {
        source: Reading(source, 0, last, "good", None)
        for source in ("oci_cost_reports", "oci_metrics", "oci_backups", "database_dumps", "help_desk")
    }
    return [reading for reading in (plan | of_source).values() if reading is not None]


def test_a_period_that_was_read_whole_and_had_nothing_says_none_and_nothing_unread(
    closing: Closing, uncollected: Beginning
) -> None:
    """That the pages may deny at all: the property would hold, too, if they never did."""
    closing.restart(uncollected)
    blank = Reading("help_desk", 0, len(DAYS) - 1, "blank", None)
    check(closing, plan_of(help_desk=blank), False)
    text = " ".join(block.text for block in printed_texts(closing.printed(1)))
    assert "no se registraron solicitudes" in text
    assert "no hubo entregas" in text
    assert "Sin leer" not in text


@pytest.mark.parametrize("source", ["help_desk", "oci_backups"])
def test_days_that_were_read_before_their_end_are_unread(closing: Closing, uncollected: Beginning, source: str) -> None:
    closing.restart(uncollected)
    check(closing, plan_of(**{source: Reading(source, 0, len(DAYS) - 1, "blank", 2)}), False)


def test_a_metric_that_came_and_was_refused_is_told_so_and_stops_the_report_unless_the_contract_lets_it(
    closing: Closing, uncollected: Beginning
) -> None:
    closing.restart(uncollected)
    last = len(DAYS) - 1
    plan = [
        *plan_of(oci_metrics=Reading("oci_metrics", 0, last - 1, "good", None)),
        Reading("oci_metrics", last, last, "refused", None),
    ]
    closing.read([each.command() for each in plan])
    [stopped] = closing.run(closing.new_run("stopped"))
    for words in (
        "MUNTRES DB",
        "fue rechazado (lote ",
        "oci_metrics.",
        f"{LAST}",
        "Recolectar métricas de OCI",
        "issue_with_refused_batches: true",
    ):
        assert words in str(stopped.error)
    assert "Nunca se ha cargado" not in str(stopped.error)
    closing.succeed(closing.new_run("allowed"), contract_changes={"issue_with_refused_batches": True})
    text = " ".join(" ".join(block.text.split()) for block in printed_texts(closing.printed(1)))
    assert re.search(r"Sin leer: 06/04/2026; llegó el .{10,60} y la comprobación oci_metrics\.\w+ lo rechazó, «", text)
    assert "no se recibieron muestras" not in text
    assert "Rechazado" not in text, "no other reading of that day stands"
