"""What a contract means: its NIT, its calendar, its cut-offs and the codes of its documents."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service_reports.contracts import Contract, Obligation, ReportPeriod, load_contract
from service_reports.contracts.model import DocumentCodes, Entity, nit_check_digit

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(SAMPLE)


def changed(contract: Contract, **fields: Any) -> Contract:
    return Contract.model_validate({**contract.model_dump(), **fields})


@pytest.mark.parametrize(
    ("nit", "digit"),
    [("800191045", 1), ("800197268", 4), ("899999061", 9), ("890905211", 1), ("890399046", 0)],
)
def test_known_check_digits(nit: str, digit: int) -> None:
    assert nit_check_digit(nit) == digit
    assert Entity(name="E", short_code="E", nit=nit, nit_check_digit=digit).nit == nit


@given(st.from_regex(r"[0-9]{6,10}", fullmatch=True), st.integers(0, 9), st.integers(0, 9))
def test_one_mistyped_digit_changes_the_check_digit_or_is_the_one_collision_of_ten_and_one(
    nit: str, position: int, digit: int
) -> None:
    position %= len(nit)
    mistyped = f"{nit[:position]}{digit}{nit[position + 1 :]}"
    if mistyped != nit and nit_check_digit(mistyped) == nit_check_digit(nit):
        # Remainders 1 and 10 share the check digit 1: the only blind spot of the rule.
        assert nit_check_digit(nit) == 1


def test_the_first_period_has_34_days_with_both_ends(contract: Contract) -> None:
    report = contract.report("2026-01")
    assert len(report.days) == 34
    assert (report.days[0], report.days[-1]) == (date(2026, 1, 20), date(2026, 2, 22))


def test_the_periods_cover_the_validity_without_gap_or_overlap(contract: Contract) -> None:
    days = [day for report in contract.reports for day in report.days]
    assert len(days) == len(set(days)) == (contract.valid_to - contract.valid_from).days + 1


def test_the_cut_off_at_six_in_bogota_is_eleven_utc_all_year(contract: Contract) -> None:
    assert [contract.cut_off(report).astimezone(UTC) for report in contract.reports] == [
        datetime(2026, 2, 23, 11, tzinfo=UTC),
        datetime(2026, 5, 25, 11, tzinfo=UTC),
        datetime(2026, 8, 24, 11, tzinfo=UTC),
        datetime(2027, 1, 4, 11, tzinfo=UTC),
    ]


def test_the_last_utc_day_of_a_period_is_over_at_the_cut_off(contract: Contract) -> None:
    for report in contract.reports:
        assert contract.cut_off(report).astimezone(UTC).date() > report.period_to


def test_document_codes_and_their_versions(contract: Contract) -> None:
    report = contract.report("2026-01")
    assert contract.document_code("management_report", report, 1) == (
        "SER-INGE-CLI-ALCJAM-20260223-Informe_Gestion_No.2026-01"
    )
    assert contract.document_code("technical_report", report, 1) == (
        "DES-INTE-CLI-ALCJAM-20260223-Informe_Tecnico_Infraestructura_SAAS_No.2026-01"
    )
    assert contract.document_code("ticket_workbook", report, 2) == (
        "BD-PRINX-ALCJAM-20260223-Informe_Gestion_No.2026-01_v2"
    )
    assert contract.document_code("delivery_act", report, 2, "Sobretasa") == "SER-ACEN-CLI-ALCJAM-20260223-Sobretasa_v2"


def test_an_acts_code_names_its_change_and_no_other_code_does(contract: Contract) -> None:
    codes = contract.document_codes.model_dump()
    with pytest.raises(ValidationError, match=r"debe tener `\{change\}`: un informe puede tener varias actas"):
        DocumentCodes(**{**codes, "delivery_act": "SER-ACEN-CLI-{entity}-{date}"})
    with pytest.raises(ValidationError, match=r"solo puede usar \{entity\}, \{date\}, \{sequence\}, \{year\} \["):
        DocumentCodes(**{**codes, "ticket_workbook": "BD-{entity}-{change}"})


def test_a_contract_that_names_no_act_has_a_pattern_for_it(contract: Contract) -> None:
    codes = contract.document_codes.model_dump(exclude={"delivery_act"})
    assert DocumentCodes(**codes).delivery_act == "SER-ACEN-CLI-{entity}-{date}-{change}"


def test_asking_for_a_report_that_is_not_owed_lists_those_that_are(contract: Contract) -> None:
    with pytest.raises(
        KeyError, match=r"no tiene el informe «2026-09»; su calendario tiene 2026-01, 2026-02, 2026-03, 2026-04"
    ):
        contract.report("2026-09")


def test_a_report_cannot_be_dated_inside_its_period() -> None:
    with pytest.raises(ValidationError, match="debe ser posterior a period_to"):
        ReportPeriod(
            number="2026-01",
            period_from=date(2026, 1, 20),
            period_to=date(2026, 2, 22),
            report_date=date(2026, 2, 22),
        )


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValidationError, match="es anterior a period_from"):
        ReportPeriod(
            number="2026-01",
            period_from=date(2026, 2, 20),
            period_to=date(2026, 2, 19),
            report_date=date(2026, 2, 23),
        )


def test_a_report_stays_inside_the_validity_of_the_contract(contract: Contract) -> None:
    with pytest.raises(ValidationError, match="el informe 2026-01 sale de la vigencia"):
        changed(contract, valid_from=date(2026, 1, 21))


def test_an_amendment_adds_hours_on_a_day_of_the_contract(contract: Contract) -> None:
    def adding(on: date) -> Contract:
        addition = {"on": on, "hours": 50, "act": "Otrosí 1"}
        return changed(contract, hour_bank={**contract.hour_bank.model_dump(), "additions": [addition]})

    assert adding(contract.valid_to).hour_bank.additions[0].hours == 50
    with pytest.raises(ValidationError, match=r"Otrosí 1 \(2027-01-01\) sale de la vigencia"):
        adding(date(2027, 1, 1))


def test_what_modifications_add_counts_from_the_day_of_their_act(contract: Contract) -> None:
    def modified(worth: int | None, **act: object) -> Contract:
        return changed(contract, value=worth, modifications=[{"act": "Otrosí 1", "change": "Adición", **act}])

    held = modified(100, on=date(2026, 6, 1), value=20)
    assert (held.value_on(date(2026, 5, 31)), held.value_on(date(2026, 6, 1))) == (100, 120)
    assert contract.value_on(contract.valid_to) == 0
    for worth, act in ((None, {"value": 20}), (100, {"value": -100}), (100, {"on": date(2027, 1, 1)})):
        with pytest.raises(ValidationError, match=r"`modifications`: Otrosí 1 .* corrija"):
            modified(worth, **{"on": date(2026, 6, 1), **act})


def test_a_cover_of_the_guarantee_is_named_once(contract: Contract) -> None:
    cover = {"name": "Cumplimiento", "policy": "Póliza 1", "valid_to": date(2027, 4, 30)}
    with pytest.raises(ValidationError, match="el amparo «Cumplimiento» va una sola vez"):
        changed(contract, guarantees=[cover, cover])


def test_a_contract_cannot_end_before_it_starts(contract: Contract) -> None:
    with pytest.raises(ValidationError, match="valid_to 2025-12-31 es anterior a valid_from"):
        changed(contract, valid_to=date(2025, 12, 31))


def test_a_report_number_appears_once(contract: Contract) -> None:
    reports = [{**report.model_dump(), "number": "2026-01"} for report in contract.reports]
    with pytest.raises(ValidationError, match="cada número va una sola vez"):
        changed(contract, reports=reports)


@pytest.mark.parametrize(
    "pattern", ["Informe {date} final", "Informe_{fecha}", "Gestión_{date}", "{entity", "{}", "../{date}"]
)
def test_a_document_code_is_an_ascii_file_name(contract: Contract, pattern: str) -> None:
    with pytest.raises(ValidationError, match="document_codes"):
        changed(contract, document_codes={**contract.document_codes.model_dump(), "management_report": pattern})


def test_a_contract_cannot_be_changed_once_read(contract: Contract) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        contract.number = "0"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"depends_on": ()}, "at least 1 item"),
        ({"depends_on": ("tickets", "tickets")}, "nombra dos veces un hecho"),
        ({"depends_on": ("attestation",)}, "`statement` va con `attestation`"),
        ({"depends_on": ("tickets",), "statement": "obró con lealtad"}, "`statement` va con `attestation`"),
        ({"depends_on": ("attestation",), "statement": "entregó oportunamente"}, "`statement` dice 'oportun'"),
        ({"depends_on": ("attestation",), "statement": "pagó a tiempo"}, "`statement` dice 'a tiempo'"),
        ({"depends_on": ("attestation",), "statement": "atendió las 72 solicitudes"}, "`statement` dice '7'"),
    ],
)
def test_an_obligation_claims_nothing_that_no_fact_shows(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Obligation.model_validate({"number": 1, "text": "Cumplir.", **fields})


def test_an_obligation_has_one_number_of_its_own(contract: Contract) -> None:
    twice = [obligation.model_dump() for obligation in (*contract.obligations, contract.obligations[0])]
    with pytest.raises(ValidationError, match="`obligations`: cada número va una sola vez"):
        changed(contract, obligations=twice)


def test_measurements_of_two_resources_are_told_apart_by_name(contract: Contract) -> None:
    resource = contract.resources[0].model_dump()
    other = {**resource, "resource_ocid": "ocid1.instance.oc1.iad.other"}
    with pytest.raises(ValidationError, match=r"`resources`: .* va una sola vez"):
        changed(contract, resources=[resource, other])


def test_measurements_of_a_resource_are_told_apart_by_the_metrics_name(contract: Contract) -> None:
    """Two namespaces of OCI have a CpuUtilization each; a figure's id names the metric alone."""
    resource = contract.resources[0].model_dump()
    metric = next(each for each in resource["metrics"] if not each["availability"])
    resource["metrics"] = [metric, {**metric, "namespace": "oci_database"}]
    with pytest.raises(ValidationError, match=rf"{metric['name']}» de .* va una sola vez"):
        changed(contract, resources=[resource])


def test_the_availability_of_a_resource_rests_on_one_metric(contract: Contract) -> None:
    resource = contract.resources[0].model_dump()
    [status] = [each for each in resource["metrics"] if each["availability"]]
    resource["metrics"] = [status, {**status, "name": "OtherStatus"}]
    with pytest.raises(ValidationError, match="la disponibilidad de"):
        changed(contract, resources=[resource])


def test_a_contract_is_approved_by_nobody_unless_it_says_so(contract: Contract) -> None:
    assert (contract.approval, contract.approvers) == ("automatic", ())
    assert changed(contract, approval="required", approvers=("lider",)).approvers == ("lider",)


def test_approvers_are_named_only_where_they_are_asked(contract: Contract) -> None:
    with pytest.raises(ValidationError, match="escriba `approval: required`"):
        changed(contract, approvers=("lider",))
