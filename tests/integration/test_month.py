"""The month closes: one real month of sources becomes signed reports in the supervisor's mailbox."""

from __future__ import annotations

import csv
import email
import email.policy
import hashlib
import json
import os
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from sandbox.demo import DEFAULT_SCENARIO
from service_reports import register
from service_reports.register import IssueKey
from tests.golden.sample_figures import pdf_text
from tests.integration.installation import Installation, succeed

pytestmark = pytest.mark.integration
FIRST, LAST = date(2026, 1, 20), date(2026, 2, 22)


def scenario_rows(name: str) -> list[dict[str, str]]:
    with (DEFAULT_SCENARIO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_period(day: str) -> bool:
    return FIRST <= date.fromisoformat(day) <= LAST


@pytest.fixture(scope="module")
def issued(collected: Installation) -> tuple[Installation, str]:
    """The first version, issued and delivered while the mail server was down for a while, without anybody's help."""
    collected.sandbox.stop_service("smtp")
    run_id = collected.airflow.trigger(
        "publish_service_reports", {"contrato": collected.contract.id, "informe": "2026-01", "motivo": "Cierre"}
    )
    collected.reach("publish_service_reports", run_id, "report.deliver", "up_for_retry")
    [row] = collected.query("select state, registered_at, archived_at from register.report")
    assert row["state"] == "queued"
    assert row["registered_at"] is not None
    assert row["archived_at"] is not None
    [message] = collected.query("select state, detail from register.delivery")
    assert message["state"] == "queued"
    assert "el servidor de correo no responde" in message["detail"]
    assert not list(collected.sandbox.mail_folder.glob("*.eml"))

    collected.sandbox.start_service("smtp")
    assert collected.wait("publish_service_reports", run_id) == "success"
    return collected, run_id


@pytest.fixture(scope="module")
def figures(issued: tuple[Installation, str]) -> dict[str, Decimal]:
    rows = issued[0].query("select figure_id, value from register.figure where version = 1")
    return {row["figure_id"]: row["value"] for row in rows}


@pytest.fixture(scope="module")
def documents(issued: tuple[Installation, str], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The archived bytes of version 1, as files."""
    folder = tmp_path_factory.mktemp("documents")
    store = issued[0].sandbox.archive()
    paths = []
    for row in issued[0].query("select file_name, archive_key from register.document where version = 1"):
        path = folder / row["file_name"]
        path.write_bytes(store.read(row["archive_key"]))
        paths.append(path)
    return sorted(paths)


def pdfs(documents: list[Path]) -> list[Path]:
    return [path for path in documents if path.suffix == ".pdf"]


def test_every_usage_total_equals_the_scenario_to_the_last_digit(figures: dict[str, Decimal]) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in scenario_rows("oci_daily_usage.csv"):
        if in_period(row["usage_date"]):
            label = f"{row['service']} / {row['product_description']} ({row['unit']})"
            totals[f"usage.total/{label}"] += Decimal(row["quantity"])
    assert len(totals) == 23
    assert {name: value for name, value in figures.items() if name.startswith("usage.total/")} == totals
    assert figures["usage.total/Compute / Standard - E4 (OCPU Hours)"] == Decimal("3125.874999999196")


def test_every_day_of_usage_equals_the_scenario(figures: dict[str, Decimal]) -> None:
    days = {
        f"usage.day/{row['usage_date']}/{row['service']} / {row['product_description']} ({row['unit']})": Decimal(
            row["quantity"]
        )
        for row in scenario_rows("oci_daily_usage.csv")
        if in_period(row["usage_date"])
    }
    assert {name: value for name, value in figures.items() if name.startswith("usage.day/")} == days


def test_days_without_data_and_hours_of_the_partial_day_are_known(figures: dict[str, Decimal]) -> None:
    assert [figures[f"usage.days.{state}"] for state in ("complete", "partial", "missing")] == [30, 1, 3]
    assert figures["usage.hours/2026-02-18"] == 24
    assert figures["usage.hours/2026-02-19"] == 16
    assert [figures[f"usage.hours/2026-02-{day}"] for day in (20, 21, 22)] == [0, 0, 0]


@pytest.mark.parametrize(("kind", "total"), [("support", 72), ("warranty", 21)])
def test_tickets_are_counted_along_every_dimension(figures: dict[str, Decimal], kind: str, total: int) -> None:
    rows = scenario_rows(f"tickets_{kind}.csv")
    assert figures[f"tickets.{kind}.total"] == total == len(rows)
    for dimension in ("status", "product", "module", "process", "subprocess"):
        prefix = f"tickets.{kind}.{dimension}/"
        counted = {name.removeprefix(prefix): value for name, value in figures.items() if name.startswith(prefix)}
        assert counted == Counter(row[dimension] for row in rows)


def test_hour_bank_closes(figures: dict[str, Decimal]) -> None:
    names = ("contracted", "consumed", "in_execution", "committed", "available")
    assert [figures[f"hour_bank.{name}"] for name in names] == [200, 32, 0, 0, 168]
    assert [figures[f"hour_bank.{name}.available"] for name in ("opening", "credits", "debits")] == [0, 200, 32]


def test_metrics_touch_the_scenarios_extremes(figures: dict[str, Decimal]) -> None:
    daily: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in scenario_rows("metrics_daily_mean.csv"):
        if in_period(row["day"]):
            daily[row["resource"], row["metric"]].append(Decimal(row["value"]))
    assert len(daily) == 8
    for (resource, metric), values in daily.items():
        assert figures[f"metric/{resource}/{metric}/min"] == min(values)
        assert figures[f"metric/{resource}/{metric}/max"] == max(values)
        assert figures[f"metric/{resource}/{metric}/samples"] == 24 * len(values)


def test_availability_rests_on_five_minute_samples(figures: dict[str, Decimal]) -> None:
    names = ("percent", "samples_up", "samples", "expected")
    assert [figures[f"availability/ALCJAM DB/{name}"] for name in names] == [100, *[34 * 24 * 12] * 3]


def test_what_the_month_lacks_and_shows_is_kept_by_day_and_printed(
    issued: tuple[Installation, str], documents: list[Path]
) -> None:
    rows = issued[0].query(
        "select kind, day from core.observation where resolved_at is null and scope = %(scope)s order by kind, day",
        scope=issued[0].contract.id,
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["kind"]].append(f"{row['day']:%m-%d}")
    stale = found.pop("dump.stale")
    assert (len(stale), stale[0], stale[-1]) == (26, "01-23", "02-19")
    no_data = ["02-20", "02-21", "02-22"]
    assert found == {
        "usage.day_missing": no_data,
        "usage.day_partial": ["02-19"],
        "backup.missing": no_data,
        "dump.missing": no_data,
        "dump.late": ["01-21", "02-08", "02-13"],
        "dump.jump": ["01-21", "01-22", "02-13", "02-14"],
    }
    [technical] = [path for path in pdfs(documents) if "Tecnico" in path.name]
    text = pdf_text(technical.read_bytes())
    assert "20/02/2026 – 22/02/2026 Día sin volcado" in text
    assert "23/01/2026 – 12/02/2026 Volcado casi igual al anterior" in text


def test_backups_are_counted_and_the_missing_days_named(figures: dict[str, Decimal]) -> None:
    assert figures["backups.oci.count"] == 31
    assert figures["backups.oci.days_missing"] == 3
    assert figures["backups.dumps.count"] == 31
    assert figures["backups.dumps.bytes"] == sum(int(row["size_bytes"]) for row in scenario_rows("local_dumps.csv"))


def test_collecting_again_changes_nothing(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    tables = ("raw.oci_cost_hour", "core.metric_point", "core.oci_backup", "core.database_dump", "core.ticket")
    fingerprint = " union all ".join(
        f"select '{table}', count(*), md5(string_agg(t::text, '|' order by t::text)) from"
        f" (select to_jsonb(x) - 'batch_id' as t from {table} x) y"
        for table in tables
    )
    before = installation.query(fingerprint)
    days = {"desde": FIRST.isoformat(), "hasta": LAST.isoformat()}
    for dag_id in ("ingest_oci_cost_reports", "ingest_service_desk"):
        run_id, state = installation.run(dag_id, **days)
        assert state == "success", installation.logs(dag_id, run_id)
    assert installation.query(fingerprint) == before


@pytest.mark.system
def test_pdfs_are_sound_signed_and_carry_their_fonts(issued: tuple[Installation, str], documents: list[Path]) -> None:
    for tool in ("pdfsig", "pdffonts", "qpdf"):
        if shutil.which(tool) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{tool} is not installed")
            pytest.skip(f"{tool} is not installed (poppler-utils, qpdf)")
    assert len(pdfs(documents)) == 3
    for pdf in pdfs(documents):
        signatures = succeed("pdfsig", pdf)
        assert "Signature is Valid." in signatures
        assert signatures.count("ETSI.CAdES.detached") == 1
        assert "No syntax or stream encoding errors found" in succeed("qpdf", "--check", pdf)
        fonts = succeed("pdffonts", pdf).splitlines()[2:]
        assert fonts
        # name, type, encoding, emb, sub, uni, object id: counted from the end, since names may hold blanks
        assert {line.split()[-5] for line in fonts} == {"yes"}, "\n".join(fonts)


def test_pyhanko_trusts_the_signature_and_finds_the_supervisors_empty_field(
    issued: tuple[Installation, str], documents: list[Path]
) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    pyhanko = Path(sys.executable).parent / "pyhanko"
    authority = issued[0].sandbox.environment["SANDBOX_CA"]
    for pdf in pdfs(documents):
        verdict = succeed(pyhanko, "sign", "validate", "--trust", authority, "--pretty-print", pdf)
        assert "The signature is judged VALID." in verdict
        assert "The signature covers the entire file." in verdict
        with pdf.open("rb") as file:
            empty = [name for name, _, _ in enumerate_sig_fields(PdfFileReader(file), filled_status=False)]
        assert empty == ["FirmaSupervisor"]


def test_one_message_was_delivered_with_the_archived_bytes(
    issued: tuple[Installation, str], documents: list[Path]
) -> None:
    installation, _ = issued
    [path] = installation.sandbox.mail_folder.glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached == {path.name: path.read_bytes() for path in documents}
    assert len(attached) == 4
    assert installation.contract.supervisor.email in message["To"]
    assert message["Message-ID"] == f"<{installation.contract.id}.2026-01.v1@smarttmt.example>"
    [delivery] = installation.query("select state, attempts from register.delivery where version = 1")
    assert delivery["state"] == "sent"
    assert delivery["attempts"] >= 2


def test_clearing_a_delivered_report_sends_nothing_again(issued: tuple[Installation, str]) -> None:
    installation, run_id = issued
    before = installation.query("select * from register.document order by kind")
    messages = sorted(installation.sandbox.mail_folder.glob("*.eml"))
    installation.clear("publish_service_reports", run_id, "report.gate")
    assert installation.wait("publish_service_reports", run_id) == "success"
    assert sorted(installation.sandbox.mail_folder.glob("*.eml")) == messages
    assert installation.query("select * from register.document order by kind") == before


def test_a_correction_needs_its_reason(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    run_id, state = installation.run("publish_service_reports", contrato=installation.contract.id, informe="2026-01")
    assert state == "failed"
    assert "Falta «Motivo»" in installation.logs("publish_service_reports", run_id)
    assert installation.tasks("publish_service_reports", run_id)["due_reports"] == "failed"


def test_where_nothing_changed_no_version_is_issued_and_the_run_says_why(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    run_id, state = installation.run(
        "publish_service_reports", contrato=installation.contract.id, informe="2026-01", motivo="Por si acaso"
    )
    assert state == "success", installation.logs("publish_service_reports", run_id)
    states = installation.tasks("publish_service_reports", run_id)
    assert states["report.gate"] == "success"
    after = ("report.figures", "report.documents", "report.sign_and_register", "report.archive", "report.deliver")
    assert {states[task_id] for task_id in after} == {"skipped"}
    instances = installation.airflow.get(f"/dags/publish_service_reports/dagRuns/{run_id}/taskInstances?limit=200")
    labels = {task["task_id"]: task["rendered_map_index"] for task in instances["task_instances"]}
    assert labels["report.figures"].endswith("v2: sin cambios frente a la versión 1")
    assert installation.query("select state from register.report where version = 2") == [{"state": "draft"}]
    [event] = installation.query("select body from register.event order by position desc limit 1")
    assert "no se emite" in event["body"]


def reclassify_a_ticket(installation: Installation) -> None:
    """The help desk moves a request to another module, and is collected again."""
    installation.query(
        "update help_desk.ticket set module = (select max(module) from help_desk.ticket) where ticket_id ="
        " (select min(ticket_id) from help_desk.ticket where service = 'support' and registered_on >= %(first)s"
        " and module <> (select max(module) from help_desk.ticket))",
        "help_desk",
        first=FIRST,
    )
    days = {"desde": FIRST.isoformat(), "hasta": LAST.isoformat()}
    assert installation.run("ingest_service_desk", **days)[1] == "success"


@contextmanager
def closed_in_lots(installation: Installation) -> Iterator[None]:
    """While every report is one of those that are closed in lots, however few are due."""
    variable = {"key": "service_reports_lot", "value": "0"}
    installation.airflow.post("/variables", variable)
    try:
        yield
    finally:
        installation.airflow.patch("/variables/service_reports_lot", {**variable, "value": "20"})


def test_a_correction_is_version_2_beside_version_1(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    before = installation.query("select * from register.document where version = 1 order by kind")
    reclassify_a_ticket(installation)
    with closed_in_lots(installation):
        run_id, state = installation.run(
            "publish_service_reports",
            contrato=installation.contract.id,
            informe="2026-01",
            motivo="Prueba de corrección",
        )
    assert state == "success", installation.logs("publish_service_reports", run_id)
    states = installation.tasks("publish_service_reports", run_id)
    assert {name for name, state in states.items() if state == "success"} == {"due_reports", "close_lot", "one_by_one"}
    assert installation.query("select * from register.document where version = 1 order by kind") == before
    second = installation.query("select file_name, archive_key from register.document where version = 2")
    assert len(second) == 4
    assert not {row["archive_key"] for row in before} & {row["archive_key"] for row in second}
    messages = sorted(installation.sandbox.mail_folder.glob("*.eml"))
    assert len(messages) == 2
    newest = email.message_from_bytes(messages[-1].read_bytes(), policy=email.policy.default)
    text = newest.get_body(("plain",)).get_content()
    assert "Prueba de corrección" in text
    [first] = installation.query("select figures_sha256 from register.report where version = 1")
    assert first["figures_sha256"] in text
    assert "Soporte: solicitudes, módulo " in text


def test_a_message_in_doubt_is_asked_in_the_ui_until_it_is_settled(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    dag_id, sandbox = "publish_service_reports", installation.sandbox
    before = len(list(sandbox.mail_folder.glob("*.eml")))
    reclassify_a_ticket(installation)
    run_id = installation.airflow.trigger(
        dag_id,
        {"contrato": installation.contract.id, "informe": "2026-01", "motivo": "Prueba de envío", "enviar": False},
    )
    asked = installation.airflow.question(dag_id, run_id)
    assert asked["subject"].startswith("¿Se envía el informe?")
    assert asked["options"] == ["Enviar", "No enviar"]
    assert set(asked["params"]) == {"comentario"}

    try:
        sandbox.set_faults({"kind": "mail_dropped", "at": "keep", "times": 2})
        installation.airflow.answer(dag_id, run_id, "Enviar", comentario="ya se puede")
        for choice in ("No llegó: enviarlo de nuevo", "No llegó: enviarlo de nuevo"):
            asked = installation.airflow.question(dag_id, run_id)
            assert asked["subject"].startswith("¿Llegó el informe?")
            assert "**Message-ID**" in asked["body"]
            installation.airflow.answer(dag_id, run_id, choice, comentario=None)
        assert installation.wait(dag_id, run_id) == "success"
    finally:
        sandbox.clear_faults()
    assert len(list(sandbox.mail_folder.glob("*.eml"))) == before + 1
    told = installation.query(
        "select event, body::jsonb ->> 'by' as by from register.event"
        " where version = (select max(version) from register.report) order by position"
    )
    asker = installation.airflow.user
    moved = [(row["event"], row["by"]) for row in told if row["event"] in ("queued", "held", "sent")]
    assert moved[-6:] == [
        ("queued", asker),
        ("held", None),
        ("queued", asker),
        ("held", None),
        ("queued", asker),
        ("sent", None),
    ]


def test_a_batch_that_fails_a_blocking_check_is_quarantined_and_the_rest_loaded(
    collected: Installation,
) -> None:
    days = {"desde": FIRST.isoformat(), "hasta": LAST.isoformat()}
    collected.query("update help_desk.hour_bank_entry set estimated_hours = -1", "help_desk")
    try:
        run_id, state = collected.run("ingest_service_desk", **days)
    finally:
        collected.query("update help_desk.hour_bank_entry set estimated_hours = 32", "help_desk")
    assert state == "failed"
    assert "hour_bank" in collected.logs("ingest_service_desk", run_id)
    batches = collected.query("select source, state, reason from raw.batch where run_id = %(run_id)s", run_id=run_id)
    assert {row["source"]: row["state"] for row in batches} == {
        "tickets": "loaded",
        "hour_bank": "quarantined",
        "contract_records": "loaded",
    }
    assert [row["estimated_hours"] for row in collected.query("select * from core.hour_bank_entry")] == [32]
    run_id, state = collected.run("ingest_service_desk", **days)
    assert state == "success", collected.logs("ingest_service_desk", run_id)


def test_an_unreachable_source_fails_its_task_and_names_connection_and_endpoint(collected: Installation) -> None:
    days = {"desde": "2026-02-18", "hasta": "2026-02-19"}
    collected.sandbox.stop_service("oci")
    try:
        run_id, state = collected.run("ingest_oci_metrics", **days)
    finally:
        collected.sandbox.start_service("oci")
    assert state == "failed"
    logs = collected.logs("ingest_oci_metrics", run_id)
    assert f"La conexión «oci_smart_tmt» ({collected.sandbox.endpoints.oci_url})" in logs
    answer = collected.airflow.get(f"/dags/ingest_oci_metrics/dagRuns/{run_id}/taskInstances?limit=50")
    [fetch] = [task for task in answer["task_instances"] if task["task_id"] == "fetch_oci_metrics"]
    assert (fetch["state"], fetch["try_number"]) == ("failed", 2)
    collected.clear("ingest_oci_metrics", run_id, "fetch_oci_metrics")
    assert collected.wait("ingest_oci_metrics", run_id) == "success"


def test_a_contract_file_with_errors_stops_only_that_contract(collected: Installation) -> None:
    folder = Path(collected.sandbox.environment["SERVICE_REPORTS_CONTRACTS"])
    broken = yaml.safe_load((DEFAULT_SCENARIO / "contract.yaml").read_text(encoding="utf-8"))
    broken |= {"id": "broken", "valid_to": "2026-02-30", "supervisor_phone": "no"}
    (folder / "broken.yaml").write_text(yaml.safe_dump(broken, allow_unicode=True), encoding="utf-8")
    try:
        run_id, state = collected.run("ingest_service_desk", desde=FIRST.isoformat(), hasta=LAST.isoformat())
        publish_run, publish_state = collected.run(
            "publish_service_reports", contrato="broken", informe="2026-01", motivo="Prueba"
        )
    finally:
        (folder / "broken.yaml").unlink()
    assert state == "failed"
    assert collected.tasks("ingest_service_desk", run_id) == {
        "contracts": "success",
        "fetch_help_desk": "success",
        "fetch_contract_records": "success",
        "validate_and_load": "success",
        "observe": "success",
        "confirm": "failed",
    }
    assert publish_state == "failed"
    for logs in (
        collected.logs("ingest_service_desk", run_id),
        collected.logs("publish_service_reports", publish_run),
    ):
        assert "broken.yaml: valid_to" in logs
        assert "2026-02-30" in logs
        assert "broken.yaml: supervisor_phone" in logs


def test_a_contract_without_signing_key_is_refused_before_anything_is_rendered(collected: Installation) -> None:
    folder = Path(collected.sandbox.environment["SERVICE_REPORTS_CONTRACTS"])
    unsigned = yaml.safe_load((DEFAULT_SCENARIO / "contract.yaml").read_text(encoding="utf-8"))
    unsigned |= {"id": "unsigned", "signing": {"connection": "signing_of_nobody"}}
    (folder / "unsigned.yaml").write_text(yaml.safe_dump(unsigned, allow_unicode=True), encoding="utf-8")
    try:
        run_id, state = collected.run(
            "publish_service_reports", contrato="unsigned", informe="2026-01", motivo="Prueba"
        )
    finally:
        (folder / "unsigned.yaml").unlink()
    assert state == "failed"
    tasks = collected.tasks("publish_service_reports", run_id)
    assert tasks["report.gate"] == "failed"
    assert tasks["report.figures"] == "upstream_failed"
    assert "No existe la conexión «signing_of_nobody»" in collected.logs("publish_service_reports", run_id)
    assert collected.query("select * from register.report where contract_id = 'unsigned'") == []


def test_the_register_reads_back_what_was_issued(issued: tuple[Installation, str]) -> None:
    import psycopg

    installation, _ = issued
    described = json.loads(installation.sandbox.environment["AIRFLOW_CONN_WAREHOUSE"])
    key = IssueKey(installation.contract.id, "2026-01", 1)
    with psycopg.connect(host=described["host"], user=described["login"], dbname=described["schema"]) as db:
        kinds = [document.kind for document in register.read_documents(db, key)]
        listing = [figure.model_dump(mode="json") for figure in register.read_figures(db, key)]
    assert kinds == ["management_report", "technical_report", "ticket_workbook", "delivery_act"]
    archived = installation.sandbox.archive().read(f"issued/{installation.contract.id}/2026-01/v1/figures.json")
    assert json.loads(archived) == listing


def test_every_version_says_who_asked_for_it_and_what_it_was_made_with(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    contract_file = Path(installation.sandbox.environment["SERVICE_REPORTS_CONTRACTS"])
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in contract_file.glob("*.yaml")}
    for row in installation.query("select * from register.report"):
        assert (row["requested_by"], row["code_version"]) == (installation.airflow.user, "unknown")
        assert row["contract_sha256"] in hashes
        assert (row["period_from"], row["period_to"]) == (FIRST, LAST)


def test_what_was_sent_is_known_to_the_register_and_its_archive(issued: tuple[Installation, str]) -> None:
    installation, _ = issued
    rows = installation.query(
        "select event, position from register.event where version = 1 and event <> 'superseded' order by position"
    )
    names = ["claimed", "computed", "drafted", "approved", "signed", "archived", "queued", "sent"]
    assert [row["event"] for row in rows] == names
    archived = set(installation.sandbox.archive().keys("register/events/"))
    assert {f"register/events/{row['position']:012}.json" for row in rows} <= archived
    states = {row["version"]: row["state"] for row in installation.query("select version, state from register.report")}
    newest = max(states)
    assert states == {version: "sent" if version == newest else "superseded" for version in states}
