"""What needs somebody, and what does not: causes from how reports, tasks, findings, hours and sources stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.demo import DEFAULT_SCENARIO
from service_reports.contracts import AlertsForAll, Contract, load_contract
from service_reports.contracts.model import Alerts
from service_reports.register.calendar import Owed, Standing
from service_reports.wording.es_co.alerts import TITLES
from service_reports_airflow.alerts import causes, channels, messages
from service_reports_airflow.alerts.causes import Cause, Found, Hours, Silent, Stop
from service_reports_airflow.alerts.channels import Channel
from service_reports_airflow.desk.reading import Row
from tests.unit.test_spelling import misspelled

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HELD = load_contract(DEFAULT_SCENARIO / "contract.yaml")


def stop(state: Any = "failed", run_id: str = "r1", ago: timedelta = HOUR, **changed: Any) -> Stop:
    told = Stop(
        "publish_service_reports", run_id, "report.gate", 0, state, "Publicar", "Verificar", "", None, NOW - ago
    )
    return told._replace(**changed)


def row(state: Any, ago: timedelta, run_id: str | None = "r1") -> Row:
    standing = Standing(2, False, None, run_id, None, None, [])
    return Row(Owed("c1", "2026-02", NOW - ago, "c1.yaml"), standing, False, state, run_id)


def kinds(found: Any) -> list[str]:
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("state", "ago", "kind"),
    [
        ("lost", 2 * HOUR, ["lost"]),
        ("failed", 2 * HOUR, ["overdue"]),
        ("failed", timedelta(minutes=30), []),
        ("failed", -DAY, []),
        ("undelivered", 2 * HOUR, ["overdue"]),
        ("rejected", 2 * HOUR, ["overdue"]),
        ("running", 2 * HOUR, []),
        ("running", 25 * HOUR, ["overdue"]),
        ("bounced", 40 * DAY, ["bounce"]),
        *((state, 40 * DAY, []) for state in ("issued", "settled", "upcoming", "outdated", "held", "due")),
    ],
)
def test_a_report_needs_somebody_or_not_by_how_it_stands(state: str, ago: timedelta, kind: list[str]) -> None:
    assert kinds(causes.of_reports([row(state, ago)], [], NOW)) == kind


def test_a_report_is_not_told_of_while_its_own_task_tells_it_and_is_when_that_is_over() -> None:
    stopped = row("failed", 2 * DAY)
    assert kinds(causes.of_reports([stopped], [stop()], NOW)) == []
    assert kinds(causes.of_reports([stopped], [stop(run_id="another")], NOW)) == ["overdue"]
    assert kinds(causes.of_reports([stopped], [stop(ago=30 * HOUR)], NOW)) == ["overdue"]
    assert kinds(causes.of_reports([row("running", 2 * DAY)], [stop("asks", ago=30 * HOUR)], NOW)) == []


def test_the_same_task_that_fails_in_run_after_run_is_one_cause_since_it_first_did() -> None:
    often = [stop(run_id=f"r{hours}", ago=hours * HOUR) for hours in (1, 7, 13)]
    [cause] = causes.of_stops(often, NOW)
    assert (cause.since, cause.kind) == (NOW - 13 * HOUR, "run_failed")
    assert cause.address == "dags/publish_service_reports/runs/r1/tasks/report.gate/mapped/0"
    two = [stop(subject="c1 2026-02"), stop(subject="c2 2026-02")]
    assert len({each.cause_id for each in causes.of_stops(two, NOW)}) == 2


def test_a_failure_that_nobody_repeated_for_a_day_stands_no_more_and_a_question_does() -> None:
    assert kinds(causes.of_stops([stop(ago=27 * HOUR)], NOW)) == []
    [asked] = causes.of_stops([stop("asks", ago=400 * DAY, subject="¿Se aprueba?", contract_id="c1")], NOW)
    assert (asked.kind, asked.about, asked.contract_ids) == ("question", "¿Se aprueba?", {"c1"})
    assert asked.address.endswith("/required_actions")


def test_addresses_hold_whatever_a_run_is_named() -> None:
    [cause] = causes.of_stops([stop(run_id="manual__2026-03-10T12:00:00+00:00/?#", map_index=-1)], NOW)
    assert "/runs/manual__2026-03-10T12%3A00%3A00%2B00%3A00%2F%3F%23/tasks/report.gate" in cause.address


def test_a_finding_concerns_its_contract_or_all_that_share_its_tenancy() -> None:
    own = Found("hour_bank.overdrawn", "c1", "r1", 3, NOW, "La bolsa está excedida")
    shared = Found("collection.refused", HELD.oci.tenancy_ocid, "r1", 1, NOW, "usage llegó y fue rechazado")
    keys = Found("signing.certificate_expires", "signing", "r1", 1, NOW, "El certificado vence")
    broken = Found("calendar.contract_unreadable", "calendar", "r1", 1, NOW, "un archivo no se usa\n  → corríjalo")
    found = list(causes.of_findings([own, shared, keys, broken], ["c1"], [HELD]))
    assert kinds(found) == ["finding", "quarantine", "certificate", "finding"]
    assert [each.contract_ids for each in found] == [{"c1"}, {HELD.id}, set(), set()]
    assert found[0].said == "La bolsa está excedida (y 2 más)"
    assert (found[3].said, found[3].remedy) == ("un archivo no se usa", "corríjalo")


def test_what_another_run_finds_later_is_another_cause() -> None:
    found = [Found("report.figure_changed", "c1", run, 1, NOW, "cambió") for run in ("r1", "r2")]
    assert len({each.cause_id for each in causes.of_findings(found, ["c1"], [])}) == 2


@pytest.mark.parametrize(("available", "low"), [("20.5", False), ("20", True), ("0", True), ("-3", True)])
def test_an_hour_bank_is_low_from_a_tenth_on(available: str, low: bool) -> None:
    bank = Hours("c1", "2026-02", Decimal(200), Decimal(available), NOW)
    assert kinds(causes.of_hours([bank])) == (["hours_low"] if low else [])


def test_a_contract_without_hours_has_no_bank_that_is_low() -> None:
    assert kinds(causes.of_hours([Hours("c1", "2026-02", Decimal(0), Decimal(0), NOW)])) == []
    assert kinds(causes.of_hours([Hours("c1", "2026-02", None, None, NOW)])) == []


def test_a_source_is_silent_for_the_contracts_in_force_that_name_it() -> None:
    within = datetime.combine(HELD.reports[0].period_to, datetime.min.time(), UTC)
    silent = [
        Silent("oci_metrics", HELD.oci.tenancy_ocid, within - 3 * DAY),
        Silent("tickets", "another", within - DAY),
    ]
    [cause] = causes.of_silence(silent, [HELD], within)
    assert (cause.about, cause.address) == (HELD.id, "dags/ingest_oci_metrics")
    over = datetime.combine(HELD.reports[-1].period_to, datetime.min.time(), UTC) + 2 * DAY
    assert list(causes.of_silence(silent, [HELD], over)) == []


def _cause(contract_ids: set[str], said: str = "dicho") -> Cause:
    return Cause("x", "finding", "c1", frozenset(contract_ids), NOW, said, "remedio", "plugin/informes")


def _told(**changed: Any) -> Contract:
    return HELD.model_copy(update={"alerts": Alerts(**changed)})


def test_an_address_is_told_once_by_the_server_of_those_who_are_told_of_all() -> None:
    everything = channels.of_all(
        AlertsForAll.model_validate({"to": ["a@example.com"], "mail": {"connection": "m", "sender": "x@example.com"}})
    )
    own = {"c1": channels.of_contract(_told(to=("a@example.com", "b@example.com")))}
    reached = [channel for _, channel in channels.routed([_cause({"c1"})], everything, own)]
    assert sorted((each.recipient, each.connection) for each in reached) == [
        ("a@example.com", "m"),
        ("b@example.com", HELD.mail.connection),
    ]
    assert [each.recipient for _, each in channels.routed([_cause(set())], everything, own)] == ["a@example.com"]


def test_a_channel_is_known_by_its_text() -> None:
    for channel in (Channel("mail", "m", "a@example.com", "x@example.com"), Channel("slack", "chat")):
        assert channels.read_channel(str(channel)) == channel


def test_addresses_for_all_need_a_server_to_leave_by() -> None:
    with pytest.raises(ValueError, match="`mail`: falta"):
        AlertsForAll.model_validate({"to": ["a@example.com"]})


def test_what_comes_from_outside_is_no_markup_in_any_form() -> None:
    hostile = _cause({"c1"}, "<!channel> *x* [y](https://evil.example) <script>")
    told = messages.alert([(hostile, 0)], "https://airflow.example/")
    slack = messages.as_slack(told)["blocks"][1]["text"]["text"]
    assert "&lt;!channel&gt;" in slack
    assert "<!channel>" not in slack
    items = messages.as_teams(told)["attachments"][0]["content"]["body"][2]["items"]
    assert {each["type"] for each in items if "evil" in str(each)} == {"RichTextBlock"}
    mail = messages.as_mail(told, sender="x@example.com", recipient="a@example.com", message_id="<m@x>", at=NOW)
    assert b"<script>" not in mail.split(b"text/html", 1)[1]


def test_many_causes_are_one_message_that_says_how_many_more_there_are() -> None:
    told = messages.alert([(_cause({"c1"}, "dicho " * 90), 0)] * 50, "https://airflow.example/")
    assert told.subject == "AIRE: 50 asuntos necesitan a alguien"
    assert len(told.items) == messages.MOST_CAUSES
    assert told.more.startswith("Y 30 más")
    slack = messages.as_slack(told)
    assert len(slack["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in slack["blocks"])


def test_a_digest_says_what_was_closed_what_waits_and_what_comes_or_that_there_is_nothing() -> None:
    whole = messages.digest(
        ["c1 2026-02, versión 1: enviado"], [_cause({"c1"})], ["c1 2026-03: pronto"], NOW, "https://a/"
    )
    assert [len(section.lines) for section in whole.sections] == [1, 1, 1]
    assert whole.lead == "Un asunto necesita a una persona."
    empty = messages.digest([], [], [], NOW, "https://a/")
    assert [section.lines for section in empty.sections] == [("Ningún informe.",), ("Nada.",), ("Ningún informe.",)]


def test_every_kind_of_cause_has_a_title() -> None:
    assert set(TITLES) == set(causes.KINDS)


@pytest.mark.system
def test_alerts_are_spelled_right() -> None:
    states = ("lost", "failed", "undelivered", "rejected", "running", "bounced")
    told = [
        *causes.of_reports([row(state, 3 * DAY) for state in states], [], NOW),
        *causes.of_stops([stop(), stop("asks")], NOW),
        *causes.of_findings([Found("collection.refused", "c1", "r1", 2, NOW, "llegó")], ["c1"], []),
        *causes.of_findings([Found("cost.claimed_twice", "c1", "r1", 1, NOW, "consumo")], ["c1"], []),
        *causes.of_hours([Hours("c1", "2026-02", Decimal(200), Decimal(3), NOW)]),
    ]
    message = messages.alert([(cause, place) for place, cause in enumerate(told)], "https://a/")
    digest = messages.digest([], told, [], NOW, "https://a/")
    texts = [message.lead, message.subject, messages.LEAD, *TITLES.values(), messages.DOUBT, digest.lead]
    texts += [part for item in message.items for part in (item.title, item.said, item.remedy)]
    texts += [section.title for section in digest.sections]
    assert misspelled(texts) == set()
