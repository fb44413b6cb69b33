"""Each printed number of an issued report is found in it with its rows, which give it again by rules of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings

from service_reports.audit.carried import Carried, Told, open_report
from service_reports.audit.delivery import Reports
from service_reports.audit.listing import misnamed
from service_reports.audit.printed import Printed, printed_values
from service_reports.audit.recomputing import CHAPTERS, Recomputed, chapter_of
from service_reports.audit.recomputing.usage import period_use
from service_reports.audit.rows import Rows
from service_reports.documents.evidence.manifest import figures_listing
from service_reports.documents.evidence.rows import evidence_rows
from service_reports.documents.proof.shown_values import ABSENT
from service_reports.figures import PeriodFigures, catalogue
from service_reports_command import main
from tests.proving_sample import issued_file, proving
from tests.unit.ordinary_months import Month, _computed, ordinary_months
from tests.unit.test_audit_verify import Files, changed_figure, rewritten

REPORTS = ("management_report", "technical_report")
MONTHS = 25


@cache
def report(kind: str) -> Carried:
    return open_report(f"{kind}.pdf", issued_file(kind))


@cache
def printed(kind: str) -> list[Printed]:
    """What is printed of figures; a day without data has a dash in its place, and no figure."""
    return [each for each in printed_values(issued_file(kind)) if each.text not in ABSENT]


def with_the_other(kind: str) -> Reports:
    return Reports([report(kind), *(report(other) for other in REPORTS if other != kind)])


@pytest.mark.parametrize("kind", REPORTS)
def test_every_printed_number_is_computed_again_from_the_rows_that_both_reports_carry(kind: str) -> None:
    reports, figures = with_the_other(kind), report(kind).figures
    assert len(printed(kind)) > 300
    wrong = {
        each.figure_id: (figures[each.figure_id].value, reports.recomputed.value(each.figure_id))
        for each in printed(kind)
        if reports.recomputed.value(each.figure_id) != figures[each.figure_id].value
    }
    assert wrong == {}


@pytest.mark.parametrize("kind", REPORTS)
def test_what_a_report_alone_cannot_give_again_it_says_where_the_rows_are(kind: str) -> None:
    alone = Reports([report(kind)])
    other = report(next(each for each in REPORTS if each != kind)).code
    for each in printed(kind):
        given = alone.recomputed.value(each.figure_id)
        assert given is not None or alone.places(each.figure_id) == [other], each.figure_id


def test_every_family_of_the_catalogue_has_a_rule_in_the_audit() -> None:
    without = [each.name for each in catalogue.families().values() if chapter_of(each.beginning) is None]
    assert without == ["read"]
    assert chapter_of("read/tickets.support.total") is not None
    assert len({begin for chapter in CHAPTERS for begin in chapter.begins}) >= len(CHAPTERS)


def test_a_row_that_is_another_gives_another_value() -> None:
    files = proving().contents
    figure_id = next(each.id for each in proving().figures.figures if each.id.startswith("usage.total/"))
    told = proving().figures.value(figure_id)
    header, *lines = files["usage_hours.csv"].decode().splitlines()
    other = [line for line in lines if not line.startswith("2026-01-20")]
    less = {**files, "usage_hours.csv": "\n".join([header, *other, ""]).encode()}
    assert Recomputed(Rows(files)).value(figure_id) == told
    assert Recomputed(Rows(less)).value(figure_id) != told


def told(figures: PeriodFigures) -> dict[str, Told]:
    """The figures as a report lists them."""
    listed = [{**each, "value": Decimal(each["value"])} for each in json.loads(figures_listing(figures))]
    return {each["id"]: Told(**each) for each in listed}


def test_hours_of_use_are_read_one_by_one_and_none_is_kept() -> None:
    period = {"first": "2026-01-01", "last": "2026-01-31", "gaps": []}
    titles = "hour,service,product,unit,quantity,hours\n"
    hours = "".join(
        f"2026-01-{day:02}T{hour:02}:00:00Z,COMPUTE,E{product},OCPU Hours,0.016129032258064516,1\n"
        for day in range(1, 32)
        for hour in range(24)
        for product in range(8)
    )
    files = {"period.json": json.dumps(period).encode(), "usage_hours.csv": (titles + hours).encode()}
    tracemalloc.start()
    try:
        use = period_use(Rows(files))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(use.columns), use.hours, set(use.states)) == (8, (24,) * 31, {"complete"})
    assert most < len(hours)


def test_the_figures_of_ordinary_months_are_computed_alike_by_both() -> None:
    seen = [0]

    @seed(15)
    @settings(max_examples=MONTHS, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ordinary_months())
    def is_alike(month: Month) -> None:
        figures = _computed(month, month.rows)
        files = evidence_rows(month.contract, month.report, month.rows, figures, {})
        again = Recomputed(Rows({each.name: each.content for each in files}))
        wrong = {each.id: (each.value, again.value(each.id)) for each in figures.figures}
        assert {name: both for name, both in wrong.items() if both[0] != both[1]} == {}
        assert again.unlisted(figures.with_changes) == []
        assert list(misnamed(told(figures))) == []
        seen[0] += len(figures.figures)

    is_alike()
    assert seen[0] > 100 * MONTHS


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("issued")
    paths = {kind: folder / f"{kind}.pdf" for kind in REPORTS}
    for kind, path in paths.items():
        path.write_bytes(issued_file(kind))
    return paths


def test_a_traced_figure_tells_value_unit_rule_and_rows(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", str(files["management_report"]), "tickets.support.total"]) == 0
    said = capsys.readouterr().out
    assert "valor: 72   unidad: tickets" in said
    assert "regla: tickets.total" in said
    assert "tickets.csv: 72 de sus 93 filas" in said
    assert "calculada de nuevo desde las filas: 72, igual" in said


def test_a_figure_that_rests_on_rows_of_the_other_report_is_traced_with_both(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    management, technical = files["management_report"], files["technical_report"]
    assert main(["trace", str(management), "backups.oci.count"]) == 2
    assert "Informe_Tecnico" in capsys.readouterr().out
    assert main(["trace", str(management), "backups.oci.count", "--with", str(technical), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["value"], told["recomputed"], len(told["rows"]["oci_backups.csv"])) == ("31", "31", 31)


def test_figures_lists_each_printed_number_with_its_page_and_exact_value(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", str(files["management_report"]), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == len(printed("management_report"))
    assert {"page": 2, "text": "72", "id": "tickets.support.total", "value": "72", "unit": "tickets"} in listed


def test_a_figure_that_is_not_there_and_a_file_that_is_none_are_told_in_a_line(
    files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", str(files["management_report"]), "tickets.support.totals"]) == 2
    assert "no tiene la cifra" in capsys.readouterr().err
    note = tmp_path / "nota.txt"
    note.write_text("hola")
    assert main(["figures", str(note)]) == 2
    assert capsys.readouterr().err == "nota.txt: no es un PDF\n"


def with_a_short_row(files: Files) -> None:
    first, *others = files["tickets.csv"].splitlines()
    files["tickets.csv"] = b"\n".join([first, b"support", *(each + b",a,b" for each in others)])


def with_a_value_told_twice(files: Files) -> None:
    files["figures.json"] = files["figures.json"].replace(b'"value":', b'"value":"7","value":')


def with_a_column_told_twice(files: Files) -> None:
    first, *others = files["tickets.csv"].splitlines()
    title = first.split(b",")[0]
    files["tickets.csv"] = b"\n".join([first + b"," + title, *(each + b"," for each in others)])


@pytest.mark.parametrize(
    "change",
    [
        changed_figure("tickets.support.total", value="\uff17\uff12"),  # 72 in wide digits
        changed_figure("tickets.support.total", value="7_2"),
        with_a_value_told_twice,
        with_a_column_told_twice,
        lambda files: files.update({"period.json": b'{"first":"2026-01-01",' + files["period.json"][1:]}),
        changed_figure("tickets.support.total", value="1e999999999"),
        changed_figure("tickets.support.total", value="9" * 10_000),
        lambda files: files.update({"period.json": b"{}"}),
        with_a_short_row,
    ],
)
def test_evidence_that_somebody_wrote_to_be_odd_is_told_in_a_line(
    change: Callable[[Files], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "informe.pdf"
    path.write_bytes(rewritten("management_report", change, told=True))
    assert main(["trace", str(path), "tickets.support.total"]) in (1, 2)
    assert main(["figures", str(path)]) in (0, 2)
    assert main(["verify", str(path)]) == 1
    assert all(len(line) < 1000 for line in capsys.readouterr().err.splitlines())


def test_the_audit_is_loaded_without_airflow_and_what_prints() -> None:
    script = "import sys, service_reports.audit.delivery, service_reports.audit.printed; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"airflow", "reportlab", "pydantic", "polars", "boto3", "psycopg", "great_expectations", "oci", "docx"}
    assert not heavy & set(loaded)
    assert not any(each.startswith(("service_reports.figures", "service_reports.wording")) for each in loaded)
