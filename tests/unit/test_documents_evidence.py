"""A report carries its figures, the rows behind them and a manifest, and names the rest by hash."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pikepdf
import pytest

from service_reports.canonical_json import canonical
from service_reports.documents.engine.page import PageFurniture, print_pdf
from service_reports.documents.engine.story import Story
from service_reports.documents.evidence.bundle import NotAsKept, bundle, kept_rows
from service_reports.documents.evidence.manifest import Evidence, evidence_of
from service_reports.documents.evidence.rows import RowsFile, evidence_rows, source_rows
from service_reports.documents.rendered import Attachment
from service_reports.figures.model import PeriodFigures
from service_reports.records import HourBankEntry, Ticket
from service_reports.register.evidence import AnswerInForce
from tests.golden.sample_figures import READ_AT
from tests.proving_sample import ORIGIN, Proving, issued, issued_file, proving, proving_documents, with_evidence

OF_OCI = {"usage_hours.csv", "metric_hours.csv", "oci_backups.csv", "database_dumps.csv"}
OF_PEOPLE = {"tickets.csv", "ticket_states.csv", "hour_bank.csv", "hour_credits.csv", "change_controls.csv"}
REPORTS = ("management_report", "technical_report")
NAME = "Rigoberta Menchaca"


def attachments(content: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(content)) as pdf:
        return {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}


def manifest(content: bytes) -> dict:
    told: dict = json.loads(attachments(content)["manifest.json"])
    return told


@pytest.mark.parametrize("kind", REPORTS)
def test_the_manifest_of_a_report_names_every_file_inside_by_its_hash_and_kind(kind: str) -> None:
    inside = attachments(issued_file(kind))
    told = {each["name"]: each for each in json.loads(inside["manifest.json"])["files"]}
    assert set(told) == set(inside) - {"manifest.json"}
    assert {name: each["sha256"] for name, each in told.items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in inside.items() if name != "manifest.json"
    }
    with pikepdf.open(BytesIO(issued_file(kind))) as pdf:
        related = {str(each.UF): str(each.AFRelationship)[1:] for each in pdf.Root.AF}
    assert related == {name: each["relationship"] for name, each in told.items()} | {"manifest.json": "Data"}


def test_the_technical_report_carries_the_rows_of_oci_and_the_other_those_of_people() -> None:
    technical, management = (attachments(issued_file(kind)) for kind in ("technical_report", "management_report"))
    assert set(technical) >= OF_OCI
    assert not OF_PEOPLE & set(technical)
    assert set(management) >= OF_PEOPLE
    assert not OF_OCI & set(management)


def test_what_a_report_does_not_carry_it_names_by_hash_with_the_report_that_does() -> None:
    technical = attachments(issued_file("technical_report"))
    elsewhere = {each["name"]: each for each in manifest(issued_file("management_report"))["elsewhere"]}
    assert set(elsewhere) >= OF_OCI
    for name in OF_OCI:
        assert elsewhere[name]["sha256"] == hashlib.sha256(technical[name]).hexdigest()
        assert "Informe_Tecnico" in elsewhere[name]["document"]


def test_every_other_document_is_named_by_the_hash_of_what_was_printed_and_a_signature_only_adds_to_it() -> None:
    told = {each["file"]: each for each in manifest(issued_file("management_report"))["documents"]}
    others = {each.file_name for each in proving_documents() if each.kind != "management_report"}
    assert set(told) == others
    for name, each in told.items():
        whole = issued()[name]
        assert hashlib.sha256(whole[: each["size_bytes"]]).hexdigest() == each["sha256"]
        assert (len(whole) == each["size_bytes"]) == (each["of"] == "file")


def test_figures_are_listed_with_exact_values_as_text_and_both_reports_list_the_same() -> None:
    technical, management = (attachments(issued_file(kind)) for kind in REPORTS)
    assert technical["figures.json"] == management["figures.json"]
    listed = {each["id"]: each for each in json.loads(technical["figures.json"])}
    assert listed["tickets.support.total"]["value"] == "72"
    assert listed["tickets.support.total"]["rule"] == "tickets.total"
    assert set(listed) == set(proving().figures.by_id)


def test_every_json_file_is_canonical() -> None:
    for kind in REPORTS:
        for name, content in attachments(issued_file(kind)).items():
            if name.endswith(".json"):
                assert canonical(json.loads(content)).encode() == content, name


def test_equal_rows_give_equal_files() -> None:
    month = proving()
    again = with_evidence(month.contract, month.rows)
    assert again.files == month.files
    both = [of_management(each) for each in (month, again)]
    assert both[0] == both[1]
    printed = [_printed(of_management(each)) for each in (month, again)]
    assert printed[0] == printed[1]


def _printed(files: tuple[Attachment, ...]) -> bytes:
    furniture = PageFurniture("SMART TMT", "Informe", "IG-01", "Versión 1", "", "", "", date(2026, 2, 23))
    story = Story()
    story.paragraphs(["Un informe."])
    return print_pdf(furniture, story.flowables, files)


def of_management(month: Proving, limit: int | None = None) -> tuple[Attachment, ...]:
    contract = month.contract
    if limit is not None:
        contract = contract.model_copy(update={"evidence_limit_mb": limit})
    return evidence_of("management_report", contract, month.figures, Evidence.of(month.figures, month.contents), ())


def test_rows_beyond_the_limit_of_the_contract_stay_in_the_archive_and_their_hashes_in_the_report() -> None:
    month = proving()
    files = {each.name: each.content for each in of_management(month, limit=0)}
    assert set(files) == {"manifest.json", "figures.json", "rules.csv", "verificar.md"}
    elsewhere = {each["name"]: each for each in json.loads(files["manifest.json"])["elsewhere"]}
    assert elsewhere["tickets.csv"]["document"] is None
    assert elsewhere["tickets.csv"]["archive_key"] == "blobs/tickets.csv"
    assert elsewhere["tickets.csv"]["sha256"] == hashlib.sha256(month.contents["tickets.csv"]).hexdigest()


def test_files_of_rows_lie_in_one_zip_that_anything_opens_with_the_same_bytes_each_time() -> None:
    files = [RowsFile(name, name.encode() * 9, 1, ("technical_report",)) for name in ("usage.csv", "metrics.csv")]
    made = bundle(files)
    assert made == bundle(files)
    with ZipFile(BytesIO(made)) as opened:
        assert {each.filename: opened.read(each) for each in opened.infolist()} == {f.name: f.content for f in files}
    named = [each.kept("blobs/of-all") for each in files]
    assert kept_rows(named, {"blobs/of-all": made}.__getitem__) == {each.name: each.content for each in files}


def test_files_of_rows_that_were_kept_alone_are_read_as_they_lie() -> None:
    file = RowsFile("usage.csv", b"day\n", 1, ("technical_report",))
    alone = f"blobs/00/{hashlib.sha256(file.content).hexdigest()}"
    assert kept_rows([file.kept(alone)], {alone: file.content}.__getitem__) == {"usage.csv": b"day\n"}


def test_a_file_of_rows_that_is_not_the_one_of_the_figures_is_named() -> None:
    file = RowsFile("usage.csv", b"day\n", 1, ("technical_report",))
    other = bundle([file._replace(content=b"day,unit\n")])
    with pytest.raises(NotAsKept, match=r"usage\.csv no es en blobs/1 el que dicen las cifras"):
        kept_rows([file.kept("blobs/1")], {"blobs/1": other}.__getitem__)
    with pytest.raises(NotAsKept, match=r"usage\.csv no está en blobs/2"):
        kept_rows([file.kept("blobs/2")], {"blobs/2": bundle([])}.__getitem__)


def test_figures_of_before_there_was_evidence_print_as_they_did() -> None:
    assert PeriodFigures.model_fields["evidence"].default == ()


def test_no_word_of_people_is_among_the_rows_where_the_contract_lets_out_none() -> None:
    month = proving()
    tickets = [
        each.model_copy(update={"summary": f"Llama {NAME}", "subprocess": f"Trámite de {NAME}"})
        for each in month.rows.of(Ticket)
    ]
    entries = [each.model_copy(update={"request": f"Cambio de {NAME}"}) for each in month.rows.of(HourBankEntry)]
    rows = month.rows._replace(facts={**month.rows.facts, Ticket: tickets, HourBankEntry: entries})
    assert with_evidence(month.contract, rows).contents.keys() >= {"tickets.csv", "hour_bank.csv"}
    assert not any(b"Menchaca" in each.content for each in with_evidence(month.contract, rows).files)


def test_the_answers_of_sources_are_told_with_name_etag_and_hash_and_names_that_people_gave_are_masked() -> None:
    contract = proving().contract
    given = [
        AnswerInForce(1, "oci_cost_reports", "reports/cost-csv/0001.csv.gz", "e1", "a" * 64, "m" * 32, 5, 3, READ_AT),
        AnswerInForce(2, "tickets", f"solicitudes de {NAME}.csv", None, "b" * 64, None, 5, 3, READ_AT),
    ]
    sources, checks = source_rows(contract, given, [("oci_cost_reports.unique", "0001", "blocking", True)])
    assert f"oci_cost_reports,reports/cost-csv/0001.csv.gz,e1,{'a' * 64}" in sources.content.decode()
    assert b"Menchaca" not in sources.content
    assert checks.content.decode().splitlines()[1] == "oci_cost_reports.unique,0001,blocking,true"


def test_versions_of_code_contract_and_templates_and_the_head_of_the_register_are_told() -> None:
    month = proving()
    told = json.loads(month.contents["origin.json"])
    assert told["code_version"] == ORIGIN["code_version"]
    assert told["register_head"]["position"] == 7
    assert len(told["templates_sha256"]) == 64
    other = evidence_rows(
        month.contract, month.contract.reports[0], month.rows, month.figures, {**ORIGIN, "code_version": "x"}
    )
    assert {each.name for each in other if each.content != month.contents[each.name]} == {"origin.json"}
