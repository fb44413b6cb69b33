"""What comes of asking published addresses, by real HTTP: every way in which one answers, or does not."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sandbox.month import month_rows
from sandbox.published import Published, certificate, published
from sandbox.scenario import load_scenario
from service_reports.contracts import Contract
from service_reports.contracts.model import HttpAddresses
from service_reports.documents import check_language, crosscheck, render_documents
from service_reports.documents.proof.texts import printed_texts
from service_reports.figures import compute_figures
from service_reports.figures.chapters import published as chapter
from service_reports.figures.coverage import lacking
from service_reports.figures.model import PeriodFigures
from service_reports.records import DayRead, HttpProbe
from service_reports.sources import SourceError
from service_reports.sources.http_addresses import parse
from service_reports.sources.http_addresses.asked import Address, Probed
from service_reports.sources.http_addresses.probing import MOST_BYTES, end_of, probe
from service_reports_airflow.steps.gate import readings
from tests.golden.sample_figures import SCENARIO

ENDS = datetime(2027, 3, 1, 12, tzinfo=UTC)
ASKED_BY = "service-reports/test (availability, every 5 minutes; nobody@example.com)"
SECONDS = 1.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    with published(tmp_path_factory.mktemp("tls"), ENDS) as services:
        yield services


def asked(world: Published, *urls: str, private: bool = True) -> list[Probed]:
    tls = ssl.create_default_context(cafile=str(world.authority))
    return probe([Address(url, private) for url in urls], ASKED_BY, tls=tls, seconds=SECONDS)


@pytest.mark.parametrize(
    ("path", "status", "failure"),
    [
        ("/", 200, None),
        ("/401", 401, None),
        ("/404", 404, None),
        ("/503", 503, None),
        ("/redirects", 302, None),
        ("/endless", 200, None),
        ("/drips", 200, "timeout"),
        ("/hangs", None, "timeout"),
        ("/breaks-off", None, "broken"),
        ("/no-http", None, "headers"),
        ("/large-headers", None, "headers"),
    ],
)
def test_an_answer_is_kept_as_it_came(world: Published, path: str, status: int | None, failure: str | None) -> None:
    began = time.monotonic()
    [told] = asked(world, world.http + path)
    assert (told.status, told.failure) == (status, failure)
    assert (told.first_byte_ms is None) == (status is None)
    assert told.certificate_ends_at is None
    assert time.monotonic() - began < 2 * SECONDS


def test_a_redirect_is_an_answer_and_is_not_followed(world: Published) -> None:
    before = len(world.asked)
    asked(world, f"{world.http}/redirects")
    assert len(world.asked) == before + 1


def test_who_asks_says_so_and_asks_with_no_credentials(world: Published) -> None:
    asked(world, f"{world.http}/")
    head = world.asked[-1]
    assert f"User-Agent: {ASKED_BY}" in head
    assert "authorization" not in head.lower()
    assert "cookie" not in head.lower()


def test_of_https_the_end_of_the_certificate_is_known_whether_it_holds_or_not(world: Published) -> None:
    good, expired, untrusted = (
        *asked(world, f"{world.https}/", f"{world.expired}/"),
        *probe([Address(f"{world.https}/", private=True)], ASKED_BY, seconds=SECONDS),
    )
    assert (good.status, good.failure, good.certificate_ends_at) == (200, None, ENDS)
    assert (expired.status, expired.failure) == (None, "certificate")
    assert expired.certificate_ends_at is not None
    assert timedelta(days=2) < datetime.now(UTC) - expired.certificate_ends_at < timedelta(days=4)
    assert (untrusted.failure, untrusted.certificate_ends_at) == ("certificate", ENDS)


def test_a_certificate_that_never_ends_or_cannot_be_read_has_no_end(tmp_path: Path) -> None:
    never, _ = certificate(tmp_path, "never", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert end_of(ssl.PEM_cert_to_DER_cert(never.read_text())) is None
    assert end_of(b"no certificate that anybody can read") is None


def test_names_whose_servers_are_silent_cost_no_other_its_answer(
    world: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve, asked_for = socket.getaddrinfo, threading.Event()

    def silently(host: str, *more: Any, **options: Any) -> Any:
        if host.endswith(".invalid"):
            asked_for.wait(2 * SECONDS)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        asked_for.set()
        return resolve(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", silently)
    silent = [f"http://silent-{number}.invalid/" for number in range(60)]
    *lost, found = asked(world, *silent, world.http.replace("127.0.0.1", "localhost") + "/")
    assert found.status == 200
    assert {each.failure for each in lost} == {"name"}


def test_a_name_that_leads_nowhere_and_a_port_where_nobody_listens(world: Published) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere, too_long, closed = asked(
        world, "https://nobody.invalid/", f"https://{'x' * 64}.invalid/", f"http://127.0.0.1:{port}/"
    )
    assert (nowhere.failure, too_long.failure, closed.failure) == ("name", "name", "refused")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "10.1.2.3", "169.254.169.254"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]"),
    ],
)
def test_what_leads_into_the_network_that_asks_is_not_asked_without_leave(world: Published, host: str) -> None:
    before = len(world.asked)
    port = world.http.rpartition(":")[2]
    [told] = asked(world, f"http://{host}:{port}/", private=False)
    assert told.status is None
    assert told.failure in ("not_public", "name")  # a number that is written in another way is no name either
    assert len(world.asked) == before


def test_many_are_asked_at_once_each_once_and_none_waits_for_those_that_hang(world: Published) -> None:
    began, before = time.monotonic(), len(world.asked)
    urls = [f"{world.http}/200?{number}" for number in range(200)]
    told = asked(world, *urls, *urls, f"{world.https}/hangs")
    assert [each.address.url for each in told] == [*urls, f"{world.https}/hangs"]
    assert {each.status for each in told[:-1]} == {200}
    assert len(world.asked) - before == 201
    assert time.monotonic() - began < 5


def test_what_there_was_no_time_for_is_not_told_of_at_all(world: Published) -> None:
    addresses = [Address(f"{world.http}{path}", private=True) for path in ("/", "/hangs", "/404")]
    told = probe(addresses, ASKED_BY, seconds=30, all_seconds=SECONDS)
    assert [each.status for each in told] == [200, 404]


def test_of_a_body_no_more_than_its_beginning_is_read(world: Published) -> None:
    assert MOST_BYTES <= 100_000
    began = time.monotonic()
    asked(world, f"{world.http}/endless")
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://portal.example.com/", "no es una dirección web"),
        ("portal.example.com", "no es una dirección web"),
        ("https://user:secret@portal.example.com/", "quítelos"),
        ("https://portal.example.com/a#b", "#"),
        ("https://portal.example.com/ñ", "ASCII"),
        ("https://portal.example.com:99999/", "puerto"),
    ],
)
def test_a_contract_names_only_what_anybody_may_ask(url: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        HttpAddresses.model_validate({"addresses": [{"name": "Portal", "url": url}]})


def test_a_contract_names_at_most_twenty_addresses_each_once() -> None:
    many = [{"name": f"S {n}", "url": f"https://s{n}.example.com/"} for n in range(21)]
    with pytest.raises(ValidationError):
        HttpAddresses.model_validate({"addresses": many})
    with pytest.raises(ValidationError, match="va una sola vez"):
        HttpAddresses.model_validate({"addresses": [many[0], many[0]]})


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"probes": [{}]}', b'{"probes": [{"url": "x", "probed_at": "ayer"}]}']
)
def test_a_round_that_is_none_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(SourceError, match="no se puede leer"):
        parse(content)


def test_a_probe_that_cannot_be_read_costs_no_other_of_its_round() -> None:
    read = {"probed_at": "2026-01-01T12:00:00Z", "status": 200, "first_byte_ms": 5, "failure": None}
    odd = {"url": "https://b.example.com/", "certificate_ends_at": "9999-12-31T23:59:59Z", **read}
    found = parse(
        json.dumps(
            {"probes": [odd, {"url": "https://a.example.com/", "certificate_ends_at": None, **read}, None]}
        ).encode()
    )
    assert [each.url for each in found] == ["https://a.example.com/"]
    assert [each.subject for each in found.aside] == ["fila 1", "fila 3"]


# The figures

DAY = date(2026, 1, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVICES = HttpAddresses.model_validate({"addresses": [{"name": "Portal", "url": "https://portal.example.com/"}]})


def row(step: int, status: int | None = 200, failure: str | None = None, **more: Any) -> HttpProbe:
    told = {"first_byte_ms": 100 if status else None, "certificate_ends_at": None, **more}
    at = NOON + timedelta(minutes=5 * step)
    return HttpProbe(url="https://portal.example.com/", probed_at=at, status=status, failure=failure, **told)


def contract() -> Contract:
    return load_scenario(SCENARIO).contract.model_copy(update={"http": SERVICES})


@given(st.lists(st.sampled_from(["up", "down", "unmeasured"]), min_size=1, max_size=60))
def test_a_step_is_up_down_or_unmeasured_and_never_taken_for_another(steps: list[str]) -> None:
    down = {"status": None, "failure": "refused"}
    rows = [row(n, **(down if each == "down" else {})) for n, each in enumerate(steps) if each != "unmeasured"]
    [found] = chapter.published(contract(), rows, [DAY])
    ups, downs = steps.count("up"), steps.count("down")
    assert (found.answered, found.measured) == (ups, ups + downs)
    assert found.minutes_measured == 5 * (ups + downs)
    assert found.minutes_measured + found.minutes_unmeasured == 24 * 60
    assert found.percent == (None if not rows else pytest.approx(Decimal(100 * ups) / (ups + downs)))
    runs = "".join({"up": "u", "down": "d", "unmeasured": "-"}[each] for each in steps).replace("-", "u").split("u")
    assert found.outage_minutes == 5 * max(map(len, runs))


def test_what_the_server_says_of_itself_decides_and_what_may_not_be_asked_is_not_measured() -> None:
    rows = [row(0, 302), row(1, 404), row(2, 503), row(3, 200, "timeout"), row(4, None, "not_public")]
    [found] = chapter.published(contract(), rows, [DAY])
    assert (found.answered, found.measured, found.percent) == (2, 4, 50)


def as_kept_before(kept: str) -> str:
    """Figures as they were kept while published addresses were fields of their own."""
    figures = json.loads(kept)
    table = figures["tables"].pop("published")
    return json.dumps({**figures, "published": table["services"], "published_read_at": table["read_at"]})


def test_the_section_is_proved_and_tells_what_ends_and_what_fell() -> None:
    scenario = load_scenario(SCENARIO)
    held = contract()
    report = held.report("2026-01")
    ends = datetime(2026, 2, 25, tzinfo=UTC)
    first = datetime.combine(report.period_from, datetime.min.time(), tzinfo=UTC)
    probes = tuple(
        HttpProbe(
            url="https://portal.example.com/",
            probed_at=first + timedelta(minutes=5 * n),
            status=None if 30 <= n < 36 else 200,
            first_byte_ms=None if 30 <= n < 36 else 80 + n % 7,
            certificate_ends_at=ends,
            failure="refused" if 30 <= n < 36 else None,
        )
        for n in range(288 * 3)
    )
    read_at = held.cut_off(report).astimezone(UTC)
    rows = month_rows(scenario, report)
    read = tuple(DayRead("http_addresses", "", day, read_at) for day in report.days)
    rows = rows._replace(
        facts={**rows.facts, HttpProbe: probes},
        days_read=(*rows.days_read, *read),
        read_at={**rows.read_at, "http_addresses": read_at},
    )
    figures = compute_figures(held, report, 1, None, rows)
    assert figures.value("published/Portal/outage") == 30
    assert figures.value("published/Portal/minutes_unmeasured") == 5 * 288 * (len(report.days) - 3)
    assert figures.summary is not None
    told = {each.kind: each.severity for each in figures.summary.findings if each.section == "published"}
    assert told == {"published.certificate": "alert", "published.outage": "warning"}
    kept = figures.model_dump_json()
    assert PeriodFigures.model_validate_json(kept) == figures
    assert PeriodFigures.model_validate_json(as_kept_before(kept)) == figures
    documents = render_documents(held, figures)
    verdicts = [*crosscheck(held, figures, documents), *check_language(held, figures, documents)]
    assert [each for each in verdicts if not each.passed and each.severity == "blocking"] == []
    assert any("Disponibilidad de los servicios publicados" in text.text for text in printed_texts(documents))


def test_a_contract_without_addresses_has_no_section_and_no_figure_of_them() -> None:
    scenario = load_scenario(SCENARIO)
    report = scenario.contract.report("2026-01")
    figures = compute_figures(scenario.contract, report, 1, None, month_rows(scenario, report))
    assert not figures.tables
    assert not [each.id for each in figures.figures if each.id.startswith("published")]
    assert "http_addresses" not in json.dumps([each.model_dump(mode="json") for each in figures.gaps])


def test_of_what_nobody_asked_in_time_nothing_is_said_and_no_report_waits_for_it() -> None:
    scenario, held = load_scenario(SCENARIO), contract()
    report = held.report("2026-01")
    rows = month_rows(scenario, report)
    figures = compute_figures(held, report, 1, None, rows)
    assert not [each.id for each in figures.figures if each.id.startswith("published") and not each.value]
    assert lacking(held, report, rows) == lacking(scenario.contract, report, rows)
    assert [each.check for each in readings(held, report, figures.gaps) if not each.passed] == []
    kept = figures.model_dump_json()
    assert PeriodFigures.model_validate_json(kept) == figures
    assert PeriodFigures.model_validate_json(as_kept_before(kept)) == figures
    documents = render_documents(held, figures)
    verdicts = [*crosscheck(held, figures, documents), *check_language(held, figures, documents)]
    assert [each for each in verdicts if not each.passed and each.severity == "blocking"] == []
    [said] = [each.text for each in printed_texts(documents) if "Portal: sin medir" in each.text]
    assert said
