"""The trigger form of the publication: lists from the contract files, none of which can keep it from opening."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.sdk.definitions.param import ParamsDict

from service_reports.contracts import BOGOTA, ReportPeriod
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.dag_parts.forms import report_form
from service_reports_airflow.steps.due import due_reports, goes_on

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
NOW = datetime(2026, 2, 23, 11, tzinfo=UTC)
FORM = {"contrato": "alcaldia-de-jamundi-34-14-08-0016", "informe": "2026-01", "motivo": "Se pidió por oficio"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sample.yaml").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(tmp_path))
    return tmp_path


def add(folder: Path, name: str, flow: bool = False, **changed: Any) -> None:
    contract = yaml.safe_load(SAMPLE.read_text(encoding="utf-8")) | {"id": name} | changed
    text = yaml.safe_dump(contract, allow_unicode=True, default_flow_style=flow or None)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def shown(field: str) -> dict[str, str]:
    schema = report_form()[field].schema
    return {value: schema["values_display"][value] for value in schema["enum"]}


def test_contracts_are_listed_by_entity_and_number(folder: Path) -> None:
    add(folder, "other", entity={"name": "Alcaldía de Armenia"}, number="007")
    assert list(shown("contrato").items()) == [
        ("other", "Alcaldía de Armenia, contrato 007"),
        ("alcaldia-de-jamundi-34-14-08-0016", "Alcaldía de Jamundí, contrato 34-14-08-0016"),
    ]


@pytest.mark.parametrize("lines", ["\n", "\r\n"])
def test_all_reports_of_a_file_are_listed_whatever_stands_between_them_and_ends_its_lines(
    folder: Path, lines: str
) -> None:
    text = (
        "id: other\nnotes: |\n  id: none\n  reports: none\n"
        "entity: {name: Alcaldía de Armenia}\nnumber: '007'\nreports:\n"
        "# the first\n- number: '1'\n  period_from: 2026-01-01\n  period_to: 2026-01-31\n\n"
        "- number: '2'\n  period_from: 2026-02-01\n  period_to: 2026-02-28"
    )
    (folder / "sample.yaml").write_bytes(text.replace("\n", lines).encode())
    assert shown("contrato") == {"other": "Alcaldía de Armenia, contrato 007"}
    assert list(shown("informe")) == ["1", "2"]


def test_without_a_folder_of_its_own_the_form_lists_the_contracts_beside_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SERVICE_REPORTS_CONTRACTS", raising=False)
    assert list(shown("contrato")) == sorted(path.stem for path in SAMPLE.parent.glob("*.yaml"))


def test_reports_are_listed_with_their_period_in_words(folder: Path) -> None:
    assert shown("informe")["2026-01"] == "2026-01: 20 de enero a 22 de febrero de 2026"
    assert list(shown("informe")) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_a_period_over_new_year_says_both_years(folder: Path) -> None:
    add(folder, "sample", reports=[{"number": "2026-09", "period_from": "2026-12-01", "period_to": "2027-01-31"}])
    assert shown("informe")["2026-09"] == "2026-09: 1 de diciembre de 2026 a 31 de enero de 2027"


def test_a_number_of_different_periods_tells_none_of_them(folder: Path) -> None:
    add(folder, "other", reports=[{"number": "2026-01", "period_from": "2026-01-01", "period_to": "2026-01-31"}])
    assert shown("informe")["2026-01"] == "2026-01: según el calendario de cada contrato"


@pytest.mark.parametrize(
    "content", [b"", b"id: [", b"- 1", b"\xff\xfe", b"id: x\n", b"id: x\nnumber: 1\nentity: 3\nreports: no\n"]
)
def test_a_file_that_cannot_be_read_is_left_out_and_the_form_opens(folder: Path, content: bytes) -> None:
    (folder / "broken.yaml").write_bytes(content)
    assert list(shown("contrato")) == ["alcaldia-de-jamundi-34-14-08-0016"]


def test_a_file_in_another_of_yamls_forms_is_listed_too(folder: Path) -> None:
    add(folder, "flowing", flow=True)
    assert "flowing" in shown("contrato")


@pytest.mark.parametrize("exists", [True, False])
def test_without_contracts_the_form_opens(folder: Path, monkeypatch: pytest.MonkeyPatch, exists: bool) -> None:
    (folder / "sample.yaml").unlink()
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(folder if exists else folder / "no"))
    assert shown("contrato") == {}
    ParamsDict(report_form()).validate()


@pytest.mark.parametrize("field", ["contrato", "informe", "motivo"])
def test_the_form_asks_for_what_a_scheduled_run_does_not_have(folder: Path, field: str) -> None:
    param = report_form()[field]
    assert param.schema["type"] == "string", "Airflow's form asks for a value where null is no type"
    assert param.resolve() is None, "a DAG with a schedule must have a default that holds"


def test_a_run_goes_on_when_the_list_has_changed_since(folder: Path) -> None:
    assert report_form()["contrato"].resolve("no longer there") == "no longer there"
    with pytest.raises(ValueError, match="is not of type"):
        report_form()["contrato"].resolve(7)


def due(run_type: str = "manual", **form: Any) -> list[dict[str, Any]]:
    return due_reports(ParamsDict(report_form()).validate() | form, NOW, run_type)


def test_a_run_by_hand_is_for_the_report_of_the_form(folder: Path) -> None:
    assert due(**FORM) == [
        {"contract_id": FORM["contrato"], "report_number": "2026-01", "reason": "Se pidió por oficio"}
    ]


@pytest.mark.parametrize("run_type", ["manual", "operator_triggered"])
@pytest.mark.parametrize(("field", "title"), [("contrato", "Contrato"), ("informe", "Informe"), ("motivo", "Motivo")])
@pytest.mark.parametrize("empty", [None, "", "  "])
def test_a_run_by_hand_without_a_field_is_refused_at_once(
    folder: Path, run_type: str, field: str, title: str, empty: str | None
) -> None:
    with pytest.raises(FormRefused, match=f"Falta «{title}»: llene el formulario"):
        due(run_type, **FORM | {field: empty})


def test_a_reason_comes_in_through_the_gate(folder: Path) -> None:
    said = "Se pidio\u0301&nbsp;por\r\n\u202eoficio\x00\ud800"
    assert due(**FORM | {"motivo": said})[0]["reason"] == "Se pidió por oficio"
    with pytest.raises(FormRefused, match="Falta «Motivo»"):
        due(**FORM | {"motivo": "\u200b\x00 \ufeff"})
    assert len(due(**FORM | {"motivo": "x" * 10_000})[0]["reason"]) == 500


def test_a_contract_that_is_not_there_is_refused_with_those_that_are(folder: Path) -> None:
    add(folder, "broken", valid_to="2026-02-30")
    with pytest.raises(FormRefused) as refused:
        due(**FORM | {"contrato": "broken"})
    assert "los que se pueden usar: alcaldia-de-jamundi-34-14-08-0016" in str(refused.value)
    assert "broken.yaml: valid_to tiene '2026-02-30'" in str(refused.value)


def test_a_report_that_is_not_there_is_refused_with_those_that_are(folder: Path) -> None:
    with pytest.raises(FormRefused, match=r"su calendario tiene 2026-01, 2026-02, 2026-03, 2026-04"):
        due(**FORM | {"informe": "2026-05"})


def test_a_scheduled_run_is_for_the_reports_due_and_needs_no_reason(folder: Path) -> None:
    assert due("scheduled") == [{"contract_id": FORM["contrato"], "report_number": "2026-01", "reason": None}]


def test_a_period_that_goes_on_is_refused_by_the_first_task_with_the_moment_of_its_end_in_bogota(folder: Path) -> None:
    today = datetime.now(BOGOTA).date()
    report = {"number": "2026-01", "period_from": today, "period_to": today, "report_date": today + timedelta(days=1)}
    add(folder, "coming", valid_from=today, valid_to=today + timedelta(days=90), reports=[report])
    for run_type in ("manual", "operator_triggered"):
        with pytest.raises(FormRefused, match="no ha terminado") as refused:
            due(run_type, **FORM | {"contrato": "coming"})
        assert f"termina el {today + timedelta(days=1)} a las 00:00 (hora de Bogotá)" in str(refused.value)


def test_a_period_has_ended_when_its_last_day_is_over_in_bogota_too() -> None:
    report = ReportPeriod(
        number="2026-01", period_from=date(2026, 12, 1), period_to=date(2026, 12, 10), report_date=date(2026, 12, 11)
    )
    end = datetime(2026, 12, 11, 5, tzinfo=UTC)
    assert goes_on(report, end) is None
    told = goes_on(report, end - timedelta(seconds=1))
    assert told is not None, "the last UTC day is over for five hours, Bogotá's is not"
    assert "termina el 2026-12-11 a las 00:00 (hora de Bogotá)" in told
