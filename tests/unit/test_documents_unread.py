"""What the documents say when a source was not read: never that there was nothing, and always that it was not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from service_reports.contracts import Contract
from service_reports.documents import check_language, crosscheck, render_documents, render_management_report
from service_reports.documents.proof.denials import LACKING, PATTERNS, false_denials
from service_reports.documents.proof.texts import Text, printed_texts
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures import PeriodFigures, compute_figures
from service_reports.figures.gaps import subjects, whole
from service_reports.records import DatabaseDump, RefusedBatch
from service_reports.records.period_rows import PeriodRows, by_type
from service_reports.warehouse.reads import PRINTED
from tests.golden.readings import after, all_read
from tests.golden.sample_figures import sample_contract

CONTRACT: Contract = sample_contract().model_copy(update={"platform": ()})
"""Without what its products do, which nobody reads from a source."""
LATE = datetime(2026, 3, 1, tzinfo=UTC)
CASES = ("nothing read", "half read", "refused", "released", "in part", "whole read")


def rows(case: str, number: str) -> PeriodRows:
    """A period of which no source has any row."""
    report = CONTRACT.report(number)
    empty = PeriodRows()
    if case == "half read":
        middle = report.days[len(report.days) // 2]
        return empty._replace(days_read=tuple(each for each in all_read(CONTRACT, report) if each.day < middle))
    if case == "refused":
        reason = "oci_metrics.percent_in_range: No cumplen 1 de 24 filas"
        return empty._replace(
            refused=tuple(
                RefusedBatch(number, source, name, "quarantined", reason, LATE, () if whole(source) else report.days)
                for number, (source, name) in enumerate(subjects(CONTRACT), start=1)
            )
        )
    read_at = dict.fromkeys(PRINTED, after(report.days))
    read = empty._replace(days_read=all_read(CONTRACT, report), read_at=read_at)
    if case in ("released", "in part"):
        reason, state = "oci_metrics.percent_in_range: No cumplen 1 de 24 filas", "loaded"
        said: tuple[Any, ...] = ()
        if case == "released":
            state, said = "released", ("Líder de Operaciones", "así es", "released")
        return read._replace(
            refused=tuple(
                RefusedBatch(number, source, name, state, reason, LATE, report.days[:2], *said)
                for number, (source, name) in enumerate(subjects(CONTRACT), start=1)
            )
        )
    return read if case == "whole read" else empty


@cache
def made(case: str) -> tuple[PeriodFigures, tuple[RenderedDocument, ...]]:
    figures = compute_figures(CONTRACT, CONTRACT.report("2026-01"), 1, None, rows(case, "2026-01"))
    return figures, tuple(render_documents(CONTRACT, figures))


def text(case: str) -> str:
    return "\n".join(block.text for block in printed_texts(made(case)[1]))


@pytest.mark.parametrize("case", CASES)
def test_documents_without_a_row_pass_their_own_proof(case: str) -> None:
    figures, documents = made(case)
    verdicts = [*crosscheck(CONTRACT, figures, documents), *check_language(CONTRACT, figures, documents)]
    assert [each for each in verdicts if not each.passed and each.severity == "blocking"] == []


@pytest.mark.parametrize("case", ["nothing read", "refused"])
def test_of_what_was_not_read_no_zero_no_none_and_no_whole_is_printed(case: str) -> None:
    printed = text(case)
    for denied in (
        "no se registraron",
        "no se han consumido",
        "no relaciona",
        "No hay volcados",
        "no se recibieron",
        "en el periodo no hubo",
        "100 %",
        "200 de 200",
        "Todos los días",
        "no muestran",
    ):
        assert denied not in printed
    assert not re.search(r"(?<![\d.,/:])0 (?:de|solicitud|copia|volcado|archivo|día|hora|muestra)", printed)
    figures, _ = made(case)
    zeros = [each.id for each in figures.figures if not each.value]
    assert all(each.startswith("obligations.") for each in zeros), zeros


def test_both_first_pages_and_every_part_say_that_it_is_unread() -> None:
    _, documents = made("nothing read")
    for document in documents[:2]:
        pdf = PdfDocument(document.content)
        page = " ".join(pdf[1].get_textpage().get_text_bounded().split())
        assert page.count("Sin leer") >= 6
        pdf.close()
    printed = text("nothing read")
    for said in ("Sin leer, métricas de OCI: 20/01/2026 a 22/02/2026; no se ha leído.", "está sin leer"):
        assert said in printed


def test_what_was_refused_is_told_with_check_and_batch() -> None:
    assert "la comprobación oci_metrics.percent_in_range lo rechazó, «Un porcentaje de uso está entre 0 y 100»" in text(
        "refused"
    )


def test_in_a_later_report_nobody_denies_what_earlier_days_left_open() -> None:
    figures = compute_figures(CONTRACT, CONTRACT.report("2026-02"), 1, None, rows("nothing read", "2026-02"))
    printed = " ".join(block.text for block in printed_texts([render_management_report(CONTRACT, figures)]))
    assert "No se afirma que no haya solicitudes anteriores al periodo en trámite" in printed


def test_a_period_that_was_read_whole_and_had_nothing_says_none_and_nothing_unread() -> None:
    printed = text("whole read")
    for denied in (
        "no se registraron solicitudes",
        "no hay solicitudes con cargo a la bolsa de horas",
        "OCI no relaciona copias",
        "No hay volcados",
        "no se recibieron muestras",
    ):
        assert denied in printed
    assert "in leer" not in printed


@pytest.mark.parametrize(
    ("sentence", "false"),
    [
        ("En el periodo no se registraron solicitudes de soporte.", True),
        ("En los días leídos no se registraron solicitudes de soporte.", False),
        ("Todos los días del periodo tienen volcado.", True),
        ("Quedan 200 horas disponibles en la bolsa.", True),
        ("No se afirma que no hubo entregas.", False),
        ("Los datos del periodo no muestran hallazgos.", True),
        ("Horas CONSUMIDAS, las estimadas de lo terminado: 0 horas (0,0 %).", True),
        ("Se han consumido 0 horas de la bolsa.", True),
        ("El contrato incluye un paquete de 200 horas.", False),
        ("La más larga fue de 0 horas.", False),
        ("OCI relaciona cero copias automáticas de la base de datos y hay 0 volcados.", True),
        ("0 días sin copia exitosa, frente a 0 como máximo.", True),
        ("0 de 34 días del periodo sin volcado.", True),
        ("Hay días del periodo sin copia exitosa (2): 21/01/2026 y 23/01/2026.", True),
        ("17 días sin volcado: 28/12/2025 a 20/01/2026.", True),
        ("Días sin copia de OCI o sin volcado (20/01/2026).", True),
        ("Días sin copia exitosa de OCI: 1 (19/01/2026).", False),
        ("Días del periodo sin copia automática exitosa de OCI.", False),
        ("Faltan 12 de 720 muestras horarias de las métricas.", True),
    ],
)
def test_a_sentence_that_denies_what_was_not_read_is_found_before_anything_is_signed(
    sentence: str, false: bool
) -> None:
    block = Text("Informe de Gestión, página 1", sentence)
    assert bool(list(false_denials(made("nothing read")[0], [block]))) == false
    assert list(false_denials(made("whole read")[0], [block])) == []


def test_days_that_were_read_may_be_told_to_lack_a_copy() -> None:
    figures, documents = made("half read")
    told = [block for block in printed_texts(documents) if "sin copia" in block.text]
    assert any("05/02/2026" in block.text for block in told)
    assert list(false_denials(figures, told)) == []
    beyond = Text("página 1", "Hay días del periodo sin copia exitosa (18): 20/01/2026 a 06/02/2026.")
    assert [words for _, words in false_denials(figures, [beyond])] == ["sin copia"]


TEMPLATES = Path(__file__).resolve().parents[2] / "include" / "templates"
TEXTS = re.compile(r'"([^"]*)"')
BRANCH = re.compile(r"\{% if (?:(?!\{% (?:if|endif)).)*?%\}((?:(?!\{% (?:if|endif)).)*?)\{% endif %\}", re.DOTALL)


def sentences(template: str, branch: int, form: int, numbers: Iterator[str]) -> str:
    """What a template says on one way through it: with these branches, forms of words and numbers."""

    def chosen(match: re.Match[str]) -> str:
        parts = re.split(r"\{% (?:else|elif .*?) ?%\}", match[1])
        return parts[0] if branch else parts[-1] if len(parts) > 1 else ""

    def value(match: re.Match[str]) -> str:
        forms = re.search(r"\|(counted|agree)\(([^()]*)\)", match[1])
        words = TEXTS.findall(forms[2] if forms else match[1] if " if " in match[1] else "")
        number = "" if words and (not forms or forms[1] == "agree") else next(numbers)
        return f"{number} {words[min(form, len(words) - 1)] if words else ''}".strip()

    before = ""
    while template != before:
        before, template = template, BRANCH.sub(chosen, template)
    told = re.sub(r"\{\{(.*?)\}\}", value, template, flags=re.DOTALL)
    return " ".join(re.sub(r"\{%.*?%\}|\{#.*?#\}|<[^>]+>", " ", told, flags=re.DOTALL).split())


def test_every_denial_that_is_looked_for_can_be_printed() -> None:
    """A pattern that no sentence meets any more, since the sentence was written anew, would find nothing for ever."""
    ways = [(branch, form, first) for branch in (0, 1) for form in (0, 1) for first in ("05", "50")]
    templates = [path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.jinja")]
    printed = [sentences(text, branch, form, cycle(first)) for text in templates for branch, form, first in ways]
    every = [
        *(each for patterns in PATTERNS.values() for each in patterns),
        *(each.pattern for each in LACKING.values()),
    ]
    dead = [each for each in every if not any(re.search(each, text, re.IGNORECASE) for text in printed)]
    assert dead == []


def test_a_copy_that_was_seen_before_its_day_ended_is_there_for_all_that() -> None:
    report = CONTRACT.report("2026-01")
    early = datetime.combine(report.period_from, datetime.min.time(), tzinfo=UTC)
    dumps = tuple(
        DatabaseDump(file_name=f"d-{day}", dump_day=day, size_bytes=10**6 + day.day, modified_at=LATE)
        for day in report.days
    )
    read = tuple(
        each._replace(read_at=early) if each.source == "database_dumps" else each for each in all_read(CONTRACT, report)
    )
    whole = rows("whole read", "2026-01")._replace(facts=by_type(dumps), days_read=read)
    figures = compute_figures(CONTRACT, report, 1, None, whole)
    documents = render_documents(CONTRACT, figures)
    assert {gap.source for gap in figures.gaps} == {"database_dumps"}
    assert "Todos los días del periodo tienen volcado" in "\n".join(b.text for b in printed_texts(documents))
    verdicts = [*crosscheck(CONTRACT, figures, documents), *check_language(CONTRACT, figures, documents)]
    assert [each.check for each in verdicts if not each.passed and each.severity == "blocking"] == []


def test_a_contract_without_a_metric_of_availability_says_nothing_of_one() -> None:
    unmeasured = CONTRACT.model_copy(update={"resources": ()})
    report = CONTRACT.report("2026-01")
    figures = compute_figures(unmeasured, report, 1, None, rows("whole read", "2026-01"))
    documents = render_documents(unmeasured, figures)
    printed = "\n".join(block.text for block in printed_texts(documents))
    assert "Disponibilidad del nodo" not in printed
    assert "no se recibieron" not in printed
    assert [each.check for each in crosscheck(unmeasured, figures, documents) if not each.passed] == []


def test_a_report_that_does_not_tell_of_a_gap_is_found() -> None:
    figures, documents = made("nothing read")
    untold = figures.gaps[0].model_copy(update={"replaced": True})
    other = figures.model_copy(update={"gaps": (*figures.gaps, untold)})
    [found] = [each for each in crosscheck(CONTRACT, other, documents) if each.check == "crosscheck.readings"]
    assert "Informe de Gestión: Rechazado, consumo de OCI; Informe Técnico: Rechazado" in found.detail
