"""Whatever people, sources and contracts may rightly say is issued: no layout breaks, no check turns red."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import product
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from service_reports.contracts import BOGOTA, Contract
from service_reports.documents import check_language, crosscheck
from service_reports.figures.gaps import ended
from service_reports.records import (
    Consultation,
    ContractRegisters,
    DatabaseDump,
    DayRead,
    Deliverable,
    HourBankEntry,
    OciBackup,
    Payment,
    Record,
    Ticket,
    UsageDay,
)
from service_reports.records.period_rows import PeriodRows, by_type
from tests.golden.readings import after, all_read, whole_read
from tests.golden.sample_figures import pdf_text, sample_contract, with_little_prose
from tests.unit.ordinary_months import FOREIGN, LOOKS_LIKE_A_MISTAKE, PASTED, Month, ordinary_months

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 20)
REPORT_DAYS = [FIRST + timedelta(days=each) for each in range(20)]
READ = after([LAST])


@cache
def small_contract() -> Contract:
    """The sample's contract with one report of twenty days, and little of the prose that every report repeats."""
    held = with_little_prose(sample_contract())
    [report, *_] = held.reports
    days = {"period_from": FIRST, "period_to": LAST, "report_date": LAST + timedelta(days=1)}
    return held.model_copy(
        update={
            "reports": (report.model_copy(update=days),),
            "warranty": None,
            "resources": held.resources[1:2],
        }
    )


def month(contract: Contract | None = None, *, facts: Iterable[Record] = (), **rows: Any) -> Month:
    """A month of which every day was read, with these rows and no others."""
    contract = contract or small_contract()
    [report] = contract.reports
    read_at = {**whole_read(report), "database_dumps": READ, "tickets": READ}
    found = PeriodRows(by_type(facts), **{"read_at": read_at, "days_read": all_read(contract, report), **rows})
    return Month(contract, report, found)


def in_full(**rows: Any) -> Month:
    """The same, of a contract that lets out what people wrote."""
    return month(small_contract().model_copy(update={"ticket_detail": "full"}), **rows)


def under_warranty() -> Any:
    """The same contract while the warranty of the one before it lasts."""
    warranty = sample_contract().warranty
    assert warranty is not None
    [report] = small_contract().reports
    return small_contract().model_copy(update={"warranty": warranty.model_copy(update={"reported_in": report.number})})


def refusals(month: Month) -> dict[str, str]:
    """What stops a month from being issued, by check."""
    figures = month.figures
    documents = month.documents
    verdicts = [*crosscheck(month.contract, figures, documents), *check_language(month.contract, figures, documents)]
    return {each.check: each.detail for each in verdicts if not each.passed and each.severity == "blocking"}


def printed(month: Month) -> str:
    """All that the two reports and the acts print, without blanks."""
    pdfs = (each for each in month.documents if each.file_name.endswith(".pdf"))
    return "".join("".join(pdf_text(each.content).split()) for each in pdfs)


def ticket(number: int, **said: Any) -> Ticket:
    classified = {"product": "AIREPLUS", "module": "PREDIAL", "process": "RECAUDO", "subprocess": "GENERAL"}
    told = {"ticket_id": str(number), "service": "support", "registered_on": FIRST, "status": "Terminado"}
    return Ticket(**{**told, **classified, **said})


def registers(**rows: Sequence[object]) -> ContractRegisters:
    return ContractRegisters(READ, READ, {name: tuple(added) for name, added in rows.items()})


@pytest.mark.parametrize("part", range(4))
def test_no_ordinary_month_is_refused(part: int) -> None:
    """Months that are the same ones every time, in four parts that several workers can share.

    Each costs a second or two; ``ORDINARY_MONTHS=200`` tries as many as were tried when a check changed.
    """

    @seed(part)
    @settings(
        max_examples=ceil(int(os.environ.get("ORDINARY_MONTHS", "24")) / 4),
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.nested_given],
    )
    @given(ordinary_months())
    def is_issued(month: Month) -> None:
        assert refusals(month) == {}

    is_issued()


# People


def test_a_contract_in_numbers_is_issued_however_long_its_names_and_large_its_amounts() -> None:
    covers = [
        {"name": f"Amparo {number} {name}", "policy": "Póliza 12-44.5", "valid_to": LAST + timedelta(days=number)}
        for number, name in enumerate(("A" * 110, "SGI_ALCJAM40_esquema_completo_" * 3, "中 1.5", "de la " * 20))
    ]
    acts = [
        {"act": f"Otrosí {number}", "on": small_contract().valid_from, "change": "Adición: NO 1.5", "value": value}
        for number, value in enumerate((None, Decimal("1.50"), Decimal(-4)))
    ]
    named = {"value": Decimal(10**13), "guarantees": covers, "modifications": acts}
    contract = Contract.model_validate({**dict(small_contract()), **named})
    payments = [
        Payment(instalment=1, invoice=f"FE-{number}", amount=amount, billed_on=FIRST, due_on=due, paid_on=paid)
        for number, (amount, due, paid) in enumerate(
            ((Decimal(10**13), FIRST, None), (Decimal("40000000.50"), None, None), (Decimal(1), LAST, LAST))
        )
    ]
    assert refusals(month(contract, registers=registers(payments=payments))) == {}


@pytest.mark.parametrize("old", [1, 3, 9, 40])
def test_any_number_of_old_open_requests_is_issued(old: int) -> None:
    opened = [ticket(number, status="Programado", registered_on=FIRST) for number in range(old)]
    assert refusals(month(facts=(*opened, ticket(99)))) == {}


def test_a_missed_target_whose_name_is_one_word_longer_than_a_line_is_issued() -> None:
    """The request of the first page that names it breaks the word across lines."""
    name = "SGI_ALCJAM40_esquema_completo_" * 4
    level = {"id": "copias", "name": name, "kind": "backups", "target": Decimal(0)}
    contract = Contract.model_validate({**dict(small_contract()), "service_levels": [level]})
    found = month(contract)
    assert name in printed(found)
    assert refusals(found) == {}


@pytest.mark.parametrize("detail", ["none", "full"])
def test_requests_with_and_without_priority_and_moments_in_whatever_order_are_issued(detail: str) -> None:
    levels = [
        {"kind": kind, "hours": hours, "priorities": named, "in_service_hours": served, "target": Decimal("33.3333")}
        for kind, hours, named, served in (
            ("first_answer", Decimal("0.25"), ["ALTA", "media / 2"], True),
            ("solution", 400, [], False),
            ("solution", 4, ["<b>urgente</b>"], True),
        )
    ]
    named = [{**level, "id": f"ns-{number}", "name": f"Nivel {number}"} for number, level in enumerate(levels)]
    office = {"days": ["sunday", "saturday", "monday"], "opens": "00:00", "closes": "00:00"}
    changes = {"service_levels": named, "service_hours": office, "ticket_detail": detail}
    contract = Contract.model_validate({**dict(small_contract()), **changes})
    came = datetime.combine(FIRST, time(9), tzinfo=BOGOTA)
    moments = [None, came - timedelta(hours=1), came, came + timedelta(hours=3), came + timedelta(days=400)]
    told = [
        ticket(
            number,
            status=("Terminado", "Activo")[number % 2],
            priority=(None, "Alta", "ALTA.", "Media / 2", "<b>urgente</b>")[number % 5],
            registered_at=came if number % 3 else None,
            first_answered_at=answered,
            solved_at=solved,
        )
        for number, (answered, solved) in enumerate(product(moments, moments), start=1)
    ]
    issued = month(contract, facts=[*told, ticket(99)])
    assert refusals(issued) == {}
    outcomes = [level.outcomes for level in issued.figures.service_levels]
    assert all(outcomes)
    assert "Sinprioridad" in printed(issued)


def test_days_that_were_asked_about_before_their_end_are_issued_with_a_request_of_the_last_one_and_no_dump() -> None:
    """No dump of a day that had not ended is no size of zero."""
    early = {
        "tickets": {day: ended("tickets", day) - timedelta(hours=3) for day in REPORT_DAYS},
        "database_dumps": {day: datetime.combine(day, time(10), UTC) for day in REPORT_DAYS},
    }
    others = [each for each in all_read(small_contract(), small_contract().reports[0]) if each.source not in early]
    read = [DayRead(source, "", day, at) for source, days in early.items() for day, at in days.items()]
    asked = ticket(1, status="Programado", registered_on=LAST)
    assert refusals(month(facts=(asked,), days_read=(*others, *read))) == {}


def test_categories_that_look_like_mistakes_or_like_our_own_words_are_issued() -> None:
    names = [*LOOKS_LIKE_A_MISTAKE, "A" * 110, "palabra " * 15]
    tickets = [
        ticket(place, status=names[-(place % 6)], module=each, process=each)
        for place, each in enumerate(names, start=1)
    ]
    assert refusals(month(facts=tickets)) == {}


def test_a_request_that_nobody_classified_is_issued() -> None:
    unclassified = dict.fromkeys(("product", "module", "process", "subprocess"), "")
    assert refusals(month(facts=(ticket(1, **unclassified), ticket(2)))) == {}


def test_requests_under_warranty_that_nobody_classified_are_counted_as_unclassified() -> None:
    unclassified = dict.fromkeys(("product", "module", "process", "subprocess"), "")
    contract = under_warranty()
    day = contract.warranty.valid_from
    classified = [
        ticket(number, service="warranty", registered_on=day, status=status)
        for number, status in enumerate(("Activo", "Terminado"))
    ]
    found = month(contract, facts=(*classified, ticket(3, service="warranty", registered_on=day, **unclassified)))
    assert refusals(found) == {}
    assert "Sinclasificar" in printed(found)


def test_modules_without_a_request_in_some_state_are_issued_where_no_day_of_the_period_was_read() -> None:
    contract = under_warranty()
    others = [each for each in all_read(contract, contract.reports[0]) if each.source != "tickets"]
    day = contract.warranty.valid_from
    asked = [
        ticket(number, service="warranty", registered_on=day, status=status, module=status.upper())
        for number, status in enumerate(("Activo", "Terminado"))
    ]
    assert refusals(month(contract, facts=asked, days_read=others)) == {}


def test_requests_that_are_all_of_before_the_warranty_are_told_and_not_listed() -> None:
    contract = under_warranty()
    before = contract.warranty.valid_from - timedelta(days=1)
    found = month(contract, facts=(ticket(7001, service="warranty", registered_on=before),))
    assert refusals(found) == {}
    assert "1solicitudregistradafueradeesasfechas" in printed(found)


def test_a_help_desk_of_another_script_is_issued() -> None:
    tickets = [
        ticket(place, status=each, module=each, product=each, summary=each)
        for place, each in enumerate(FOREIGN, start=1)
    ]
    issued = in_full(facts=tickets)
    assert refusals(issued) == {}
    assert "Menú->Liquidación[sí]" in printed(issued), "a sign that the font lacks is printed as something"


def test_a_month_without_a_request_has_none_open() -> None:
    quiet = month()
    told = {each.id: each.value for each in quiet.figures.figures}
    assert (told["tickets.support.total"], told.get("tickets.support.open")) == (0, 0)
    assert refusals(quiet) == {}
    assert "hojadecálculo" not in printed(quiet), "a list that there is not is in no workbook"


def test_what_people_paste_into_a_request_is_issued() -> None:
    tickets = [ticket(place, summary=each) for place, each in enumerate((*PASTED, *LOOKS_LIKE_A_MISTAKE), start=1)]
    assert refusals(in_full(facts=tickets)) == {}


def test_a_product_may_be_coded_as_a_module_is_named_and_a_package_may_have_a_million_hours() -> None:
    held = small_contract()
    [product, *_] = held.products
    bank = held.hour_bank.model_copy(update={"contracted_hours": Decimal(1_000_000)})
    changes = {"products": (product.model_copy(update={"code": "PREDIAL"}),), "hour_bank": bank}
    contract = held.model_copy(update=changes)
    assert refusals(month(contract, facts=(ticket(1, product="PREDIAL"), ticket(2, module="PREDIAL")))) == {}


@pytest.mark.parametrize(("states", "name"), [(1, "Cerrado"), (6, "A" * 110), (25, "A" * 110), (100, "palabra " * 15)])
def test_any_number_of_states_fits_the_page(states: int, name: str) -> None:
    tickets = [ticket(place, status=f"{name} {place}") for place in range(states)]
    assert refusals(month(facts=tickets)) == {}


def test_requests_of_the_hour_bank_of_any_length_are_issued() -> None:
    entries = [
        HourBankEntry(request=text, production_date=day, estimated_hours=Decimal(8), status="Terminado")
        for text in sorted(PASTED, key=len, reverse=True)
        for day in (FIRST, None)
    ]
    assert refusals(in_full(facts=entries)) == {}


# Registers


def test_more_records_than_a_page_holds_are_issued_whole() -> None:
    consultations = [
        Consultation(
            asked_on=FIRST + timedelta(days=number),
            addressee="Secretaría de Hacienda",
            matter=f"Consulta {number}: " + "tratamiento de los saldos a favor del impuesto predial " * 2,
            answered_on=None,
        )
        for number in range(17)
    ]
    before_it_was_due = Deliverable(
        code="COM-ALCJAM-002", kind="Comunicado", obligation=2, due_on=LAST, sent_on=FIRST, addressee="Supervisor"
    )
    deliverables = [
        before_it_was_due,
        *(
            Deliverable(
                code=f"SOP-ALCJAM-{number:03d}",
                kind="Soporte de pago de los aportes",
                obligation=6,
                due_on=FIRST,
                sent_on=FIRST,
                addressee="Supervisor del contrato",
            )
            for number in range(30)
        ),
    ]
    kept = in_full(registers=registers(consultations=consultations, deliverables=deliverables))
    assert refusals(kept) == {}
    text = printed(kept)
    assert [number for number in range(17) if f"Consulta{number}:" not in text] == []
    assert [number for number in range(30) if f"SOP-ALCJAM-{number:03d}" not in text] == []


# Sources


def test_backups_and_dumps_with_long_or_unknown_names_and_of_a_billion_bytes_and_more_are_issued() -> None:
    started = datetime.combine(FIRST, time(3), tzinfo=UTC)
    backup = OciBackup(
        backup_ocid="ocid1.dbbackup.oc1.iad.1",
        database_ocid="ocid1.database.oc1.iad.1",
        display_name="Copia_manual_antes_de_la_migracion_del_esquema_SGI_ALCJAM40",
        lifecycle_state="ACTIVE",
        type="LONG_TERM_ARCHIVAL_INCREMENTAL_FOREVER",
        backup_destination_type="DBRS",
        is_using_oracle_managed_keys=True,
        version="19.0.0.0",
        time_expiry_scheduled=None,
        time_started=started,
        time_ended=started + timedelta(minutes=7),
    )
    named = DatabaseDump(
        file_name=f"SGI_ALCJAM40_esquema_completo_con_datos_historicos_{FIRST}.DMP.gz",
        dump_day=FIRST,
        size_bytes=337_986_997,
        modified_at=started,
    )
    dumps = [
        DatabaseDump(
            file_name=f"{day}.DMP.gz",
            dump_day=day,
            size_bytes=33 * 10**9 + 7,
            modified_at=datetime.combine(day, time(3), tzinfo=UTC),
        )
        for day in small_contract().reports[0].days
    ]
    largest = dumps[0].model_copy(update={"file_name": "b", "size_bytes": 10**15})
    assert refusals(month(facts=(backup, named, *dumps, largest))) == {}


def test_use_of_any_size_is_issued() -> None:
    """Each size of another product, whose column and whose charts are its own."""
    sizes = {"A": "1E-12", "B": "0.004", "C": "999.9999", "D": "123456789012.5", "E": "1E+15"}
    days = small_contract().reports[0].days
    assert refusals(month(facts=[row for product, size in sizes.items() for row in used(product, size, days)])) == {}


def test_use_with_more_digits_than_arithmetic_keeps_unasked_is_issued() -> None:
    days = small_contract().reports[0].days
    assert refusals(month(facts=used("A", "123456789012.12345678901234567891", days))) == {}


def test_products_named_as_a_mistake_would_look_are_issued() -> None:
    days = small_contract().reports[0].days
    facts = [row for name in LOOKS_LIKE_A_MISTAKE for row in used(name, 5, days)]
    assert refusals(month(facts=facts)) == {}


def test_of_many_products_that_hardly_move_the_first_are_named_and_the_others_counted() -> None:
    days = small_contract().reports[0].days
    still = month(facts=[row for number in range(10, 50) for row in used(f"Z{number}", 5, days)])
    assert refusals(still) == {}
    said = printed(still).partition("notienengráfica")[2].partition("tablaanterior")[0]
    assert ("Z29" in said, "Z30" in said, "y20más" in said) == (True, False, True)


def test_products_and_states_that_differ_in_capitals_alone_are_issued() -> None:
    days = small_contract().reports[0].days
    facts = [row for product in ("Ampère", "AMPÈRE", "ampère") for row in used(product, 5, days)]
    tickets = [ticket(place, status=each) for place, each in enumerate(("Activo", "ACTIVO", "activo"), start=1)]
    assert refusals(month(facts=[*facts, *tickets])) == {}


# Contracts


def test_a_contract_may_word_all_that_is_its_own_as_it_likes() -> None:
    """Also who signs it: an office of the «Municipio de Jamundí», where the entity is its «Alcaldía»."""
    held = small_contract()
    likes = "Oficina de TIC's 1.5 (2026-01-30) de la de la SMART TMT SAS oportuna, Municipio de Jamundí"
    [resource], [report, *_] = held.resources, held.reports
    signs = {"organisation": likes, "role": likes, "title": likes}
    of_vendor = dict.fromkeys(("management_unit", "technical_unit", "slogan", "certification_mark"), likes)
    metrics = (resource.metrics[0].model_copy(update={"title": likes, "meaning": likes}), *resource.metrics[1:])
    changes = {
        "number": "SH 1.5, 2026-01-30",
        "supervisor": held.supervisor.model_copy(update=signs),
        "signer": held.signer.model_copy(update=signs),
        "contractor": held.contractor.model_copy(update={**of_vendor, "help_desk_name": likes}),
        "reports": (report.model_copy(update={"instalment": f"{likes} 1/1"}),),
        "resources": (resource.model_copy(update={"metrics": metrics, "serves": likes}),),
    }
    assert refusals(month(held.model_copy(update=changes), facts=[ticket(1)])) == {}


@pytest.mark.parametrize("name", ["Mesa de Servicio", "MESA DE AYUDA", "Soporte", "Centro de Servicios", "SOPORTE TIC"])
def test_a_help_desk_may_be_named_by_words_that_everybody_uses(name: str) -> None:
    held = small_contract()
    contract = held.model_copy(update={"contractor": held.contractor.model_copy(update={"help_desk_name": name})})
    assert refusals(month(contract, facts=[ticket(1)])) == {}


def test_a_contract_words_its_object_clauses_and_advice_as_it_likes() -> None:
    clauses = (
        "SUMINISTRO DE LA PLATAFORMA AL MUNICIPIO DE JAMUNDÍ, DE MANERA OPORTUNA",
        "Atender a la Alcaldía Municipal de Jamundí con 99.9 % de disponibilidad",
        "Ampliar el almacenamiento a 1.5 TB",
    )
    contract, all_of_them = small_contract(), "; ".join(clauses)
    [advice, *_] = contract.recommendations.management
    recommendations = contract.recommendations.model_copy(
        update={"management": tuple(advice.model_copy(update={"text": each, "limitation": each}) for each in clauses)}
    )
    bank = contract.hour_bank.model_copy(update={"uses": clauses, "modality": all_of_them})
    obligations = zip(contract.obligations, clauses, strict=False)
    worded = {
        "object": all_of_them,
        "obligations": tuple(obligation.model_copy(update={"text": each}) for obligation, each in obligations),
        "recommendations": recommendations,
        "hour_bank": bank,
    }
    assert refusals(month(contract.model_copy(update=worded))) == {}


def test_a_code_may_begin_inside_other_words_and_a_resource_be_named_as_documents_are() -> None:
    """Also in what a chart says to who cannot see it, where nothing marks what others named."""
    held = small_contract()
    codes = held.document_codes.model_copy(update={"technical_report": "IT-{entity}-{date}"})
    [resource] = held.resources
    named = resource.model_copy(update={"name": "IT-ALCJAM-1 2"})
    assert refusals(month(held.model_copy(update={"document_codes": codes, "resources": (named,)}))) == {}


@pytest.mark.parametrize(
    "products",
    [{"A": (1, 5), "B": ("0.01", "0.02"), "C": (None, 5)}, {"A": (5, 5)}, {"A": (5, None)}],
    ids=["it changed, is hardly used, is new", "it did not change", "it is gone"],
)
def test_a_second_month_of_one_resource_is_issued(products: Mapping[str, tuple[Any, Any]]) -> None:
    first = FIRST - timedelta(days=len(REPORT_DAYS))
    earlier = [first + timedelta(days=each) for each in range(len(REPORT_DAYS))]
    found = month(
        facts=[row for product, (_, now) in products.items() for row in used(product, now, REPORT_DAYS)],
        previous_usage=[row for product, (before, _) in products.items() for row in used(product, before, earlier)],
    )
    days = {"number": "2026-00", "period_from": first, "period_to": FIRST - timedelta(days=1), "report_date": FIRST}
    reports = (found.report.model_copy(update=days), found.report)
    contract = found.contract.model_copy(update={"reports": reports, "valid_from": first})
    assert refusals(Month(contract, found.report, found.rows)) == {}


def used(product: str, quantity: Any, days: Sequence[date]) -> tuple[UsageDay, ...]:
    """So much of a product on each day; none at all where it is ``None``."""
    told = {"service_code": "DATABASE", "product_description": f"Database OCPU {product}", "unit": "OCPU Hours"}
    hours = {"hours": 24, "hours_of_day": 24}
    each_day = [] if quantity is None else days
    return tuple(UsageDay(usage_date=day, quantity=Decimal(quantity), **told, **hours) for day in each_day)
