"""The publication's timetable: one run at each cut-off of the contracts' calendars."""

from __future__ import annotations

from pathlib import Path

import pendulum
import pytest
import yaml
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable
from airflow.utils.types import DagRunType

from service_reports_airflow.timetable import CronInWords, CutOffTimetable

SAMPLE = Path(__file__).resolve().parents[2] / "sandbox" / "scenarios" / "jamundi-2026-01" / "contract.yaml"
FIRST_CUT_OFF = pendulum.datetime(2026, 2, 23, 11)
SECOND_CUT_OFF = pendulum.datetime(2026, 5, 25, 11)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sample.yaml").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("SERVICE_REPORTS_CONTRACTS", str(tmp_path))
    return tmp_path


def following(last: pendulum.DateTime | None, earliest: pendulum.DateTime | None = None) -> pendulum.DateTime | None:
    info = CutOffTimetable().next_dagrun_info(
        last_automated_data_interval=None if last is None else DataInterval.exact(last),
        restriction=TimeRestriction(earliest=earliest, latest=None, catchup=False),
    )
    return None if info is None else info.run_after


def test_cut_offs_follow_each_other_at_six_in_the_morning_of_bogota(folder: Path) -> None:
    assert following(FIRST_CUT_OFF) == SECOND_CUT_OFF


def set_clock(monkeypatch: pytest.MonkeyPatch, instant: pendulum.DateTime) -> None:
    monkeypatch.setattr("service_reports_airflow.timetable.now", lambda zone: instant)


def test_a_cut_off_that_passed_while_the_scheduler_was_down_is_still_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, pendulum.datetime(2026, 6, 1))
    assert following(FIRST_CUT_OFF) == SECOND_CUT_OFF


def test_the_first_run_is_the_next_cut_off_not_an_old_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, pendulum.datetime(2026, 3, 1))
    assert following(None, earliest=pendulum.datetime(2026, 1, 1)) == SECOND_CUT_OFF


def test_after_the_last_report_there_is_no_run(folder: Path) -> None:
    assert following(pendulum.datetime(2027, 1, 4, 11)) is None


def test_two_contracts_with_the_same_cut_off_share_one_run_and_others_have_their_own(folder: Path) -> None:
    other = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    other["id"] = "other"
    other["cut_off_time"] = "07:30"
    other["reports"] = [{**other["reports"][0], "report_date": "2026-02-24"}, other["reports"][1]]
    (folder / "other.yaml").write_text(yaml.safe_dump(other, allow_unicode=True), encoding="utf-8")
    same = {**yaml.safe_load(SAMPLE.read_text(encoding="utf-8")), "id": "same"}
    (folder / "same.yaml").write_text(yaml.safe_dump(same, allow_unicode=True), encoding="utf-8")
    assert following(FIRST_CUT_OFF) == pendulum.datetime(2026, 2, 24, 12, 30)
    assert following(pendulum.datetime(2026, 2, 24, 12, 30)) == SECOND_CUT_OFF


def test_a_contract_that_does_not_hold_does_not_stop_the_others(folder: Path) -> None:
    (folder / "broken.yaml").write_text("id: broken\nvalid_to: 2026-02-30\n", encoding="utf-8")
    assert following(FIRST_CUT_OFF) == SECOND_CUT_OFF


def test_a_run_of_the_calendar_is_named_by_what_is_due(folder: Path) -> None:
    def named(run_type: DagRunType) -> str:
        return CutOffTimetable().generate_run_id(
            run_type=run_type, run_after=FIRST_CUT_OFF, data_interval=DataInterval.exact(FIRST_CUT_OFF)
        )

    assert named(DagRunType.SCHEDULED) == "cierre__2026-02-23T06:00__alcaldia-de-jamundi-34-14-08-0016__2026-01"
    assert named(DagRunType.MANUAL) == "manual__2026-02-23T11:00:00+00:00"
    other = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    other["id"] = "other"
    (folder / "other.yaml").write_text(yaml.safe_dump(other), encoding="utf-8")
    assert named(DagRunType.SCHEDULED) == "cierre__2026-02-23T06:00__2-informes"


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 5,11,17,23 * * *", "A las 05:00, 11:00, 17:00 y 23:00"),
        ("*/15 * * * *", "Cada 15 minutos"),
        ("30 2 * * 0", "A las 02:30, cada domingo"),
    ],
)
def test_a_schedule_is_a_sentence_in_spanish_also_after_airflows_database(cron: str, words: str) -> None:
    kept = decode_timetable(encode_timetable(CronInWords(cron)))
    assert kept.summary == words
    assert kept.description == f"{words} (hora de Bogotá). Cron: {cron}"


def test_what_a_cron_says_is_of_bogota() -> None:
    info = CronInWords("15 5 * * *").next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(pendulum.datetime(2026, 2, 1, 12)),
        restriction=TimeRestriction(earliest=None, latest=None, catchup=True),
    )
    assert info is not None
    assert info.run_after == pendulum.datetime(2026, 2, 2, 10, 15)


def test_a_schedule_is_the_same_as_another_of_the_same_hours_alone() -> None:
    assert CronInWords("15 5 * * *") == CronInWords("15 5 * * *")
    assert len({CronInWords("15 5 * * *"), CronInWords("15 5 * * *"), CronInWords("15 6 * * *")}) == 2
    assert CronInWords("15 5 * * *") != CronTriggerTimetable("15 5 * * *", timezone="America/Bogota")
