"""What a careful reader of each source wants to be true, run by Great Expectations."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service_reports.checks.suite import Check, Suite, present
from service_reports.figures import hour_states
from service_reports.quality import BatchToCheck, CheckResult, check_batches, quarantined, rows_refused, validation
from service_reports.records import (
    REGISTERS,
    ChangeRecord,
    Consultation,
    DatabaseDump,
    ForceMajeure,
    HourBankEntry,
    HttpProbe,
    Incident,
    KeptRegister,
    MetricPoint,
    OciBackup,
    OciCompartment,
    Payment,
    Record,
    SocialSecurityProof,
    Ticket,
    UsageHour,
    UsageTotal,
)
from service_reports.sources import SUITES
from service_reports.sources.help_desk import hour_bank_suite as hour_bank

HOUR = datetime(2026, 1, 20, 5, tzinfo=UTC)
HOUR_OF_TICKET = datetime(2026, 2, 20, 15, tzinfo=UTC)
BEFORE_TICKET = HOUR_OF_TICKET - timedelta(seconds=1)
BOGOTA = timezone(timedelta(hours=-5))


def usage(**changes: Any) -> UsageHour:
    row = UsageHour(
        charge_period_start=HOUR,
        compartment_ocid="ocid1.compartment.oc1..a",
        service_code="COMPUTE",
        product_description="Standard - E4",
        unit="OCPU Hours",
        currency="USD",
        quantity=Decimal("4.25"),
        cost=Decimal("0.10"),
        lines=2,
        corrections=0,
    )
    return row._replace(**changes)


def compartment(**changes: Any) -> OciCompartment:
    fields = {
        "compartment_ocid": "ocid1.compartment.oc1..a",
        "parent_ocid": "ocid1.tenancy.oc1..t",
        "name": "a",
        "lifecycle_state": "ACTIVE",
    }
    return OciCompartment(**{**fields, **changes})


def total(**changes: Any) -> UsageTotal:
    fields = {
        "usage_date": date(2026, 1, 20),
        "compartment_ocid": "ocid1.compartment.oc1..a",
        "service": "Compute",
        "product_description": "Standard - E4",
        "unit": "OCPU Hours",
        "quantity": Decimal("4.25"),
    }
    return UsageTotal(**{**fields, **changes})


def point(**changes: Any) -> MetricPoint:
    fields = {
        "resource_name": "ALCJAM DB",
        "namespace": "oci_database_cluster",
        "metric_name": "CpuUtilization",
        "hour": HOUR,
        "value": Decimal("31.52"),
    }
    return MetricPoint(**{**fields, **changes})


def backup(**changes: Any) -> OciBackup:
    fields = {
        "backup_ocid": "ocid1.dbbackup.oc1.iad.a",
        "database_ocid": "ocid1.database.oc1.iad.a",
        "display_name": "Automatic Backup",
        "lifecycle_state": "ACTIVE",
        "type": "INCREMENTAL",
        "backup_destination_type": "OBJECT_STORE",
        "is_using_oracle_managed_keys": True,
        "version": "21.16.0.0.0",
        "time_expiry_scheduled": None,
        "time_started": HOUR,
        "time_ended": HOUR + timedelta(hours=2),
    }
    return OciBackup(**{**fields, **changes})


def dump(**changes: Any) -> DatabaseDump:
    fields = {
        "file_name": "SGI_ALCJAM40-2026-01-20.DMP.gz",
        "dump_day": date(2026, 1, 20),
        "size_bytes": 361617392,
        "modified_at": HOUR,
    }
    return DatabaseDump(**{**fields, **changes})


def asked(**changes: Any) -> HttpProbe:
    fields = {
        "url": "https://portal.example.com/",
        "probed_at": HOUR,
        "status": 200,
        "first_byte_ms": 80,
        "certificate_ends_at": None,
        "failure": None,
    }
    return HttpProbe(**{**fields, **changes})


def ticket(**changes: Any) -> Ticket:
    fields = {
        "ticket_id": "20260513",
        "service": "support",
        "registered_on": date(2026, 2, 20),
        "status": "Activo",
        "product": "AIREPLUS",
        "module": "PREDIAL",
        "process": "RECAUDO",
        "subprocess": "Pasarelas",
        "summary": "La señora Nombre Apellido, NIT 890399046, pide una corrección",
    }
    return Ticket(**{**fields, **changes})


def entry(**changes: Any) -> HourBankEntry:
    fields = {
        "request": "Sobretasa ambiental, pedida por Nombre Apellido",
        "production_date": date(2026, 2, 9),
        "estimated_hours": Decimal(32),
        "status": "Terminado",
    }
    return HourBankEntry(**{**fields, **changes})


def workbook(*rows: Record) -> list[object]:
    """Rows of a workbook of contract records that has all its registers."""
    return [*(KeptRegister(name=name) for name in REGISTERS if name != "registers"), *rows]


def control(**changes: Any) -> ChangeRecord:
    fields = {
        "code": "CC-01",
        "request": "Sobretasa, pedida por Nombre Apellido",
        "requested_on": date(2026, 1, 22),
        "approved_on": date(2026, 1, 26),
        "specified_on": date(2026, 1, 29),
        "ticket_id": None,
        "act_code": "ACTA-01",
        "delivered_on": date(2026, 2, 9),
        "hours": Decimal(32),
    }
    return ChangeRecord(**{**fields, **changes})


LATER = HOUR + timedelta(hours=1)

GOOD: dict[str, list[object]] = {
    "oci_cost_reports": [
        usage(),
        usage(unit="GB Hours"),
        usage(charge_period_start=LATER, quantity=Decimal(-1), corrections=1),
    ],
    "oci_compartments": [compartment(), compartment(compartment_ocid="ocid1.compartment.oc1..b", name="b")],
    "oci_usage": [total(), total(unit="GB Hours")],
    "oci_metrics": [
        point(),
        point(hour=LATER, value=Decimal(100)),
        point(metric_name="SwapUtilization", value=Decimal(0)),
        point(metric_name="NodeStatus", value=Decimal("0.5")),
        point(metric_name="LoadAverage", value=Decimal(250), minimum=Decimal(-1)),
    ],
    "oci_backups": [
        backup(),
        backup(backup_ocid="ocid1.dbbackup.oc1.iad.b", lifecycle_state="CREATING", time_ended=None),
    ],
    "database_dumps": [
        dump(),
        dump(file_name="SGI_ALCJAM40-2026-01-19.DMP.gz", dump_day=date(2026, 1, 19)),
    ],
    "http_addresses": [
        asked(),
        asked(url="http://otro.example.com/", status=None, first_byte_ms=None, failure="refused"),
        asked(url="https://aparte.example.com/", status=999),
    ],
    "tickets": [
        ticket(),
        ticket(ticket_id="20260011", service="warranty", registered_on=None, status="Terminado"),
    ],
    "hour_bank": [
        entry(),
        entry(request="Otra", production_date=None, status="En ejecución", estimated_hours=Decimal("0.5")),
    ],
}

# One row (or pair of rows) that breaks exactly one check of its source.
GOOD["contract_records"] = workbook(
    control(),
    control(code="CC-02", approved_on=None, specified_on=None, act_code=None, delivered_on=None),
    Consultation(asked_on=date(2026, 2, 3), addressee="Tesorería", matter="Plazo", answered_on=date(2026, 2, 3)),
)
BAD: list[tuple[str, list[object]]] = [
    ("oci_cost_reports.has_rows", []),
    ("oci_cost_reports.compartment_present", [usage(compartment_ocid="")]),
    ("oci_cost_reports.line_unique", [usage(), usage(quantity=Decimal(9))]),
    ("oci_cost_reports.lines_counted", [usage(lines=0)]),
    ("oci_cost_reports.negative_only_in_corrections", [usage(quantity=Decimal("-0.00000000000000000001"))]),
    ("oci_cost_reports.one_currency", [usage(), usage(unit="GB Hours", currency="COP")]),
    ("oci_compartments.has_rows", []),
    ("oci_compartments.id_unique", [compartment(), compartment(name="b")]),
    ("oci_compartments.parent_is_ocid", [compartment(parent_ocid="padre")]),
    ("oci_usage.has_rows", []),
    ("oci_usage.compartment_present", [total(compartment_ocid="")]),
    ("oci_usage.quantity_present", [total(quantity=None)]),
    ("oci_metrics.has_rows", []),
    ("oci_metrics.resource_present", [point(resource_name="")]),
    ("oci_metrics.namespace_present", [point(namespace="")]),
    ("oci_metrics.metric_present", [point(metric_name="")]),
    ("oci_metrics.hour_exact", [point(hour=HOUR + timedelta(seconds=1))]),
    ("oci_metrics.point_unique", [point(), point(value=Decimal(1))]),
    ("oci_metrics.percent_possible", [point(value=Decimal("-0.1"))]),
    ("oci_metrics.percent_possible", [point(minimum=Decimal("-0.1"), maximum=Decimal(40))]),
    ("oci_metrics.percent_possible", [point(minimum=Decimal(30), maximum=Decimal("105.00000000000000000001"))]),
    ("oci_metrics.percent_in_range", [point(value=Decimal("100.00000000000000000001"))]),
    ("oci_metrics.percent_in_range", [point(value=Decimal(105))]),
    ("oci_metrics.state_in_range", [point(metric_name="NodeStatus", value=Decimal(2))]),
    ("oci_metrics.state_in_range", [point(metric_name="NodeStatus", value=Decimal(1), minimum=Decimal(-1))]),
    ("oci_metrics.one_series", [point(series=2)]),
    (
        "oci_metrics.extremes_in_order",
        [point(minimum=Decimal(2), maximum=Decimal(1)), point(hour=HOUR + timedelta(hours=1))],
    ),
    ("oci_metrics.samples_of_an_hour", [point(five_minute_samples=13, five_minute_samples_up=1)]),
    ("oci_backups.has_rows", []),
    ("oci_backups.id_present", [backup(backup_ocid="")]),
    ("oci_backups.id_unique", [backup(), backup()]),
    ("oci_backups.database_present", [backup(database_ocid="")]),
    ("oci_backups.ended_after_started", [backup(time_ended=HOUR - timedelta(seconds=1))]),
    ("oci_backups.active_has_end", [backup(time_ended=None)]),
    ("oci_backups.state_known", [backup(lifecycle_state="UNKNOWN_ENUM_VALUE")]),
    ("oci_backups.type_known", [backup(type="UNKNOWN_ENUM_VALUE")]),
    ("http_addresses.has_rows", []),
    ("http_addresses.said", [asked(status=None)]),
    ("http_addresses.asked_once", [asked(), asked(status=503)]),
    ("http_addresses.status_is_one", [asked(status=1000)]),
    ("http_addresses.first_byte_not_negative", [asked(first_byte_ms=-1)]),
    ("database_dumps.has_rows", []),
    ("database_dumps.file_present", [dump(file_name="")]),
    ("database_dumps.file_unique", [dump(), dump(dump_day=date(2026, 1, 19))]),
    ("database_dumps.size_positive", [dump(size_bytes=0)]),
    ("database_dumps.one_a_day", [dump(), dump(file_name="otro.DMP.gz")]),
    ("database_dumps.day_not_after_storage", [dump(modified_at=HOUR - timedelta(days=1))]),
    ("tickets.has_rows", []),
    ("tickets.id_present", [ticket(ticket_id=" ")]),
    ("tickets.id_digits", [ticket(ticket_id="persona@example.com")]),
    ("tickets.id_unique", [ticket(), ticket(service="warranty", registered_on=None)]),
    ("tickets.support_registered", [ticket(registered_on=None)]),
    ("tickets.status_present", [ticket(status="")]),
    ("tickets.status_known", [ticket(status="Activo.")]),
    ("tickets.product_present", [ticket(product="")]),
    ("tickets.product_known", [ticket(product="AIRE")]),
    ("tickets.module_known", [ticket(module="Predial")]),
    ("tickets.process_known", [ticket(process="RECAUDOS")]),
    ("tickets.module_present", [ticket(module="")]),
    ("tickets.process_present", [ticket(process="")]),
    ("tickets.subprocess_present", [ticket(subprocess="")]),
    ("tickets.registered_that_day", [ticket(registered_at=datetime(2026, 2, 20, 4, 59, tzinfo=UTC))]),
    ("tickets.answered_after_registered", [ticket(registered_at=HOUR_OF_TICKET, first_answered_at=BEFORE_TICKET)]),
    ("tickets.solved_after_registered", [ticket(registered_at=HOUR_OF_TICKET, solved_at=BEFORE_TICKET)]),
    ("tickets.solved_after_answered", [ticket(first_answered_at=HOUR_OF_TICKET, solved_at=BEFORE_TICKET)]),
    ("hour_bank.has_rows", []),
    ("hour_bank.request_present", [entry(request="")]),
    ("hour_bank.hours_not_negative", [entry(estimated_hours=Decimal("-0.5"))]),
    ("hour_bank.status_known", [entry(status="Cerrado")]),
    ("hour_bank.status_present", [entry(status="")]),
    ("hour_bank.finished_has_date", [entry(production_date=None)]),
    ("hour_bank.entry_unique", [entry(), entry()]),
    ("contract_records.has_all_registers", []),
    (
        "contract_records.consultations_in_order",
        workbook(
            Consultation(
                asked_on=date(2026, 2, 3), addressee="Nombre Apellido", matter="Plazo", answered_on=date(2026, 2, 2)
            )
        ),
    ),
    (
        "contract_records.force_majeure_in_order",
        workbook(
            ForceMajeure(
                occurred_on=date(2026, 2, 3),
                event="A Nombre Apellido",
                notified_on=date(2026, 2, 2),
                recommendation=None,
            )
        ),
    ),
    (
        "contract_records.incidents_in_order",
        workbook(
            Incident(
                occurred_on=date(2026, 2, 3), kind="Reclamación", event="De Nombre Apellido", closed_on=date(2026, 2, 2)
            )
        ),
    ),
    (
        "contract_records.payments_in_order",
        workbook(
            Payment(
                instalment=1,
                invoice="FV-1",
                amount=Decimal(1),
                billed_on=date(2026, 2, 3),
                due_on=None,
                paid_on=date(2026, 2, 2),
            )
        ),
    ),
    (
        "contract_records.social_security_in_order",
        workbook(
            SocialSecurityProof(
                month=date(2026, 2, 1), kind="Planilla de aportes", document_number="1", issued_on=date(2026, 1, 31)
            )
        ),
    ),
    ("contract_records.approved_on_after_requested_on", workbook(control(approved_on=date(2026, 1, 21)))),
    ("contract_records.specified_on_after_approved_on", workbook(control(specified_on=date(2026, 1, 25)))),
    ("contract_records.delivered_on_after_specified_on", workbook(control(delivered_on=date(2026, 1, 28)))),
]


@pytest.fixture(scope="module")
def results() -> list[CheckResult]:
    """Good and bad batches of every source, all checked by one call."""
    good = [BatchToCheck(f"good/{source}", source, rows) for source, rows in GOOD.items()]
    bad = [BatchToCheck(f"bad/{number}", check.split(".")[0], rows) for number, (check, rows) in enumerate(BAD)]
    return check_batches([*good, *bad])


def failed(results: Sequence[CheckResult], subject: str) -> list[CheckResult]:
    return [result for result in results if result.subject == subject and not result.passed]


def test_good_batches_pass_every_check(results: list[CheckResult]) -> None:
    for source in GOOD:
        assert failed(results, f"good/{source}") == []
        checked = [result.check for result in results if result.subject == f"good/{source}"]
        assert checked == [check.id for check in SUITES[source].checks]


@pytest.mark.parametrize(("number", "check"), list(enumerate(check for check, _ in BAD)))
def test_a_bad_row_fails_its_check_and_no_other(results: list[CheckResult], number: int, check: str) -> None:
    assert [result.check for result in failed(results, f"bad/{number}")] == [check]


def test_every_check_has_a_row_that_fails_it() -> None:
    assert {check for check, _ in BAD} == {check.id for suite in SUITES.values() for check in suite.checks}


def test_details_are_spanish_and_say_which_rows_failed(results: list[CheckResult]) -> None:
    details = {result.check: result.detail for result in results if not result.passed}
    assert details["oci_metrics.percent_in_range"] == (
        "No cumplen 1 de 1 filas: fila 1, ALCJAM DB, CpuUtilization, 2026-01-20T05:00:00+00:00, 105."
    )
    assert details["oci_backups.ended_after_started"] == (
        "No cumplen 1 de 1 filas: fila 1, ocid1.dbbackup.oc1.iad.a, ACTIVE, INCREMENTAL,"
        " 2026-01-20T05:00:00Z, 2026-01-20T04:59:59Z."
    )
    assert details["tickets.has_rows"] == "Observado: 0."
    assert details["tickets.id_unique"] == "No cumplen 2 de 2 filas: fila 1, 20260513; fila 2, 20260513."
    assert {result.detail for result in results if result.check == "tickets.id_digits" and result.passed} >= {
        "Filas revisadas: 2."
    }


def test_no_detail_repeats_personal_data(results: list[CheckResult]) -> None:
    for result in results:
        assert "Apellido" not in result.detail
        assert "890399046" not in result.detail
        assert "correo" not in result.detail


def test_only_the_first_failures_are_shown() -> None:
    rows = [point(hour=HOUR + timedelta(hours=hour), value=Decimal(101)) for hour in range(50)]
    (result,) = [result for result in check_batches([BatchToCheck("m", "oci_metrics", rows)]) if not result.passed]
    assert result.detail.startswith("No cumplen 50 de 50 filas: fila 1, ")
    assert result.detail.endswith("; ….")
    assert result.detail.count("fila ") == 3


def test_severities_decide_what_is_kept_out() -> None:
    def result(subject: str, severity: Any, passed: bool) -> CheckResult:
        return CheckResult("c", subject, severity, passed, "")

    assert quarantined(
        [
            result("sound", "blocking", True),
            result("doubtful", "warning", False),
            result("bad", "blocking", True),
            result("bad", "blocking", False),
        ]
    ) == {"bad"}


def test_an_empty_batch_is_never_kept_out(results: list[CheckResult]) -> None:
    empty = {f"bad/{number}" for number, (_, rows) in enumerate(BAD) if not rows}
    assert len(empty) == len(SUITES)
    assert not empty & quarantined(results)


def test_a_source_without_a_suite_is_told_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="b: no suite for source 'csv'; there are oci_cost_reports, "):
        check_batches([BatchToCheck("b", "csv", [])])


def test_a_check_that_cannot_be_evaluated_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = present("no_such_column")
    broken = Suite(
        "broken",
        ("status",),
        {"rows": len},
        [Check("b.batch", "blocking", "…", absent)],
        [Check("b.row", "row", "…", absent)],
    )
    monkeypatch.setitem(validation.SUITES, "broken", broken)  # type: ignore[attr-defined]
    detail = "La comprobación no se pudo evaluar."
    assert check_batches([BatchToCheck("s", "broken", [ticket()])]) == [
        CheckResult("b.batch", "s", "blocking", False, detail),
        CheckResult("b.row", "s", "blocking", False, detail),
    ]


def test_a_check_of_rows_refuses_its_rows_and_not_their_batch() -> None:
    rows = [point(), point(hour=HOUR + timedelta(hours=1), value=Decimal(-3)), point(hour=HOUR + timedelta(hours=2))]
    results = check_batches([BatchToCheck("m", "oci_metrics", rows)])
    assert quarantined(results) == set()
    assert rows_refused(results, "m") == {
        2: "oci_metrics.percent_possible (ALCJAM DB, CpuUtilization, 2026-01-20T06:00:00+00:00, -3, (vacío), (vacío))"
    }
    assert rows_refused(results, "another") == {}


def test_checks_of_rows_that_leave_none_block() -> None:
    results = check_batches([BatchToCheck("m", "oci_metrics", [point(value=Decimal(-3))])])
    assert quarantined(results) == {"m"}
    assert rows_refused(results, "m") == {}


def test_batches_do_not_spill_into_each_other() -> None:
    good, bad = [ticket(), ticket(ticket_id="7")], [ticket(ticket_id="8"), ticket(status="?")]
    batches = [BatchToCheck(f"{number}", "tickets", rows) for number, rows in enumerate([good, [], bad, good])]
    failures = [(result.subject, result.check, result.detail) for result in check_batches(batches) if not result.passed]
    assert failures == [
        ("1", "tickets.has_rows", "Observado: 0."),
        ("2", "tickets.status_known", "No cumplen 1 de 2 filas: fila 2, 20260513."),
    ]


def test_nothing_to_check_costs_nothing() -> None:
    assert check_batches([]) == []


def test_the_hour_banks_known_states_are_those_that_can_be_counted() -> None:
    counted = hour_states.CONSUMED | hour_states.IN_EXECUTION | hour_states.COMMITTED
    assert set(hour_bank.STATUSES) == counted


def test_importing_the_room_does_not_import_great_expectations() -> None:
    code = "import sys, service_reports.quality; print(sorted({'great_expectations', 'pandas'} & set(sys.modules)))"
    include = Path(__file__).resolve().parents[2] / "include"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(include)}
    )
    assert finished.stdout.strip() == "[]"


def test_checking_writes_no_file_and_no_progress_bar(tmp_path: Path) -> None:
    code = (
        "from service_reports.quality import BatchToCheck, check_batches\n"
        "results = check_batches([BatchToCheck('t', 'tickets', [])])\n"
        "print(len(results))"
    )
    include = Path(__file__).resolve().parents[2] / "include"
    environment = {"PYTHONPATH": str(include), "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert finished.stdout.strip() == str(len(SUITES["tickets"].checks))
    assert finished.stderr == ""
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    "bad", [object(), OciBackup.model_construct(**{**backup().model_dump(), "time_ended": "ayer"})]
)
def test_rows_that_keep_a_suite_from_being_evaluated_refuse_their_own_batch_alone(bad: object) -> None:
    rows = {"uno": backup(), "dos": bad, "tres": backup()}
    results = check_batches([BatchToCheck(name, "oci_backups", [row]) for name, row in rows.items()])
    assert quarantined(results) == {"dos"}
    assert [result.subject for result in results if result.check == "oci_backups.id_unique"].count("uno") == 1
