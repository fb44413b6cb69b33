"""Issued files are checked by whoever received them, and each way of tampering with one is refused by its name."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject

from service_reports.audit.carried import open_report
from service_reports.audit.recomputing import RULES_VERSION
from service_reports.audit.signatures import roots_of
from service_reports.audit.verification import Verified, verify
from service_reports.canonical_json import canonical
from service_reports.documents import render_management_report
from service_reports.documents.evidence.manifest import Evidence, evidence_of
from service_reports.signing import load_signing_key
from service_reports_command import main
from service_reports_command.terminal import say
from tests.proving_sample import authority_and_key, issued, issued_file, proving, proving_documents
from tests.throwaway_keys import DAY, NOW, PASSPHRASE, Authority, countersign, made_authority, sign

Files = dict[str, bytes]
MANAGEMENT, TECHNICAL = "management_report", "technical_report"


def name_of(kind: str) -> str:
    return next(each.file_name for each in proving_documents() if each.kind == kind)


def pem_of(authority: Authority) -> bytes:
    return authority.certificate.public_bytes(Encoding.PEM)


@cache
def roots() -> list[asn1_x509.Certificate]:
    return roots_of(pem_of(authority_and_key()[0]))


@cache
def printed(kind: str) -> bytes:
    return next(each.content for each in proving_documents() if each.kind == kind)


def refused(verified: Verified) -> dict[str, str]:
    return {each.check: each.detail for each in verified.checks if each.passed is False}


def of_one(content: bytes) -> dict[str, str]:
    return refused(verify({"informe.pdf": content}, roots()))


def rewritten(kind: str, change: Callable[[Files], None], *, told: bool) -> bytes:
    """A report with other files inside, which its manifest tells of or not, signed by the right key: an insider's."""
    with pikepdf.open(BytesIO(printed(kind))) as pdf:
        streams = {str(each.UF): each.EF.F for each in pdf.Root.AF}
        files = {name: stream.read_bytes() for name, stream in streams.items()}
        change(files)
        if told:
            manifest = json.loads(files["manifest.json"])
            for each in manifest["files"]:
                each["sha256"] = hashlib.sha256(files[each["name"]]).hexdigest()
            manifest["delivery"]["figures_sha256"] = hashlib.sha256(files["figures.json"]).hexdigest()
            files["manifest.json"] = canonical(manifest).encode()
        for name, stream in streams.items():
            stream.write(files[name])
        changed = BytesIO()
        pdf.save(changed, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return sign(changed.getvalue(), authority_and_key()[1])


def without_a_ticket(files: Files) -> None:
    lines = files["tickets.csv"].decode().splitlines(keepends=True)
    files["tickets.csv"] = "".join([*lines[:5], *lines[6:]]).encode()


def with_one_more(files: Files) -> None:
    files["figures.json"] = files["figures.json"].replace(
        b'"rule":"tickets.total","source":"core.ticket, service support, registered in the period","unit":"tickets",'
        b'"value":"72"',
        b'"rule":"tickets.total","source":"core.ticket, service support, registered in the period","unit":"tickets",'
        b'"value":"73"',
    )
    assert b'"value":"73"' in files["figures.json"]


def of_another_contract(files: Files) -> None:
    manifest = json.loads(files["manifest.json"])
    manifest["delivery"]["contract"] = "otro-municipio-001-2026"
    files["manifest.json"] = canonical(manifest).encode()


def added_to(content: bytes, add: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    add(writer)
    changed = BytesIO()
    writer.write(changed)
    return changed.getvalue()


def a_page(writer: IncrementalPdfFileWriter) -> None:
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 100)))
    contents = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.insert_page(PageObject(contents=contents, media_box=box))


def a_note(writer: IncrementalPdfFileWriter) -> None:
    name = generic.NameObject
    note = generic.DictionaryObject({name("/Type"): name("/Annot"), name("/Subtype"): name("/Text")})
    note[name("/Rect")] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 20, 20)))
    note[name("/Contents")] = generic.TextStringObject("Revisado")
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))


def with_a_byte_changed() -> bytes:
    content = bytearray(issued_file(MANAGEMENT))
    content[content.index(b"lcms")] ^= 1  # in the colour profile
    return bytes(content)


def without_a_page() -> bytes:
    with pikepdf.open(BytesIO(issued_file(MANAGEMENT))) as pdf:
        del pdf.pages[3]
        changed = BytesIO()
        pdf.save(changed)
    return changed.getvalue()


def with_the_signature_of_the_other() -> bytes:
    own, other = (_signature_in(issued_file(kind)) for kind in (MANAGEMENT, TECHNICAL))
    content = issued_file(MANAGEMENT)
    return content.replace(own, other[: len(own)].ljust(len(own), b"0"))  # zeros fill what was reserved


def _signature_in(content: bytes) -> bytes:
    start = content.rindex(b"/Contents <") + len(b"/Contents <")
    return content[start : content.index(b">", start)]


def with_another_number_in_the_text() -> bytes:
    month = proving()
    figures = month.figures
    another = tuple(
        each.model_copy(update={"value": each.value + 1}) if each.id == "tickets.support.total" else each
        for each in figures.figures
    )
    inside = evidence_of("management_report", month.contract, figures, Evidence.of(figures, month.contents), ())
    report = render_management_report(month.contract, figures.model_copy(update={"figures": another}), inside)
    return sign(report.content, authority_and_key()[1])


def signed_again_by_another() -> bytes:
    return sign(printed(MANAGEMENT), load_signing_key(made_authority().issue("SMART TMT S.A.S."), PASSPHRASE))


def changed_figure(figure_id: str, **entries: str) -> Callable[[Files], None]:
    """One figure told otherwise; without entries, not at all."""

    def change(files: Files) -> None:
        listed = json.loads(files["figures.json"])
        changed = [{**each, **entries} if each["id"] == figure_id else each for each in listed]
        files["figures.json"] = canonical([each for each in changed if entries or each["id"] != figure_id]).encode()

    return change


TAMPERED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "a byte": (with_a_byte_changed, "signature", "fue cambiado"),
    "a page less": (without_a_page, "signature", "fue cambiado"),
    "a page more": (lambda: added_to(issued_file(MANAGEMENT), a_page), "signature.unchanged", "se le añadió algo"),
    "a note": (lambda: added_to(issued_file(MANAGEMENT), a_note), "signature.unchanged", "se le añadió algo"),
    "a swapped signature": (with_the_signature_of_the_other, "signature", "fue cambiado"),
    "a signature of somebody else": (signed_again_by_another, "signature.path", "no lleva a ninguna de las raíces"),
    "no signature": (lambda: printed(MANAGEMENT), "signature", "no tiene la firma del contratista"),
    "a number in the text only": (
        with_another_number_in_the_text,
        "printed",
        "dice «73» y tickets.support.total es 72",
    ),
    "a row": (
        lambda: rewritten(MANAGEMENT, without_a_ticket, told=True),
        "figures",
        "tickets.support.total es 72 en el informe y las filas dan 71",
    ),
    "a row, not told": (
        lambda: rewritten(MANAGEMENT, without_a_ticket, told=False),
        "manifest",
        "el adjunto tickets.csv no tiene la huella",
    ),
    "a figure less": (
        lambda: rewritten(MANAGEMENT, changed_figure("tickets.support.open"), told=True),
        "figures",
        "falta tickets.support.open, que las filas dan",
    ),
    "another rule": (
        lambda: rewritten(MANAGEMENT, changed_figure("tickets.support.open", rule="tickets.total"), told=True),
        "figures",
        "tickets.support.open dice salir de la regla tickets.total, que es de otras cifras",
    ),
    "another unit": (
        lambda: rewritten(MANAGEMENT, changed_figure("tickets.support.open", unit="days"), told=True),
        "figures",
        "tickets.support.open dice estar en days, y es en tickets",
    ),
    "a figure": (
        lambda: rewritten(MANAGEMENT, with_one_more, told=True),
        "figures",
        "tickets.support.total es 73 en el informe y las filas dan 72",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_report_is_refused_with(what: str) -> None:
    tampered, check, says = TAMPERED[what]
    found = of_one(tampered())
    assert check in found, found
    assert says in found[check]


def an_attachment_less(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF = pikepdf.Array([each for each in pdf.Root.AF if each.UF != "tickets.csv"])


def an_attachment_more(pdf: pikepdf.Pdf) -> None:
    entry = pikepdf.Dictionary(pdf.Root.AF[0])
    entry.UF = pikepdf.String("nota.csv")
    pdf.Root.AF.append(pdf.make_indirect(entry))


def an_attachment_shown_as_another(pdf: pikepdf.Pdf) -> None:
    other = pikepdf.Dictionary(pdf.Root.AF[0])
    other.EF = pikepdf.Dictionary(F=pdf.make_stream(b"otras"), UF=pdf.make_stream(b"otras"))
    names = pdf.Root.Names.EmbeddedFiles.Names
    names[list(names).index(pikepdf.String("tickets.csv")) + 1] = pdf.make_indirect(other)


def two_contents_of_an_attachment(pdf: pikepdf.Pdf) -> None:
    next(each for each in pdf.Root.AF if each.UF == "tickets.csv").EF.UF = pdf.make_stream(b"otras")


def another_of_its_name(pdf: pikepdf.Pdf) -> pikepdf.Object:
    made = pdf.make_stream(b"otras")
    entry = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, UF="tickets.csv", F="tickets.csv", EF=pikepdf.Dictionary(F=made)
    )
    return pdf.make_indirect(entry)


def an_attachment_listed_twice(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.Names.EmbeddedFiles.Names
    at = list(names).index(pikepdf.String("tickets.csv"))
    names.insert(at, another_of_its_name(pdf))
    names.insert(at, pikepdf.String("tickets.csv"))


def an_attachment_listed_far_down(pdf: pikepdf.Pdf) -> None:
    node = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("nota.csv"), another_of_its_name(pdf)]))
    for _ in range(10):
        node = pikepdf.Dictionary(Kids=pikepdf.Array([pdf.make_indirect(node)]))
    tree = pdf.Root.Names.EmbeddedFiles
    tree.Kids = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(Names=tree.Names)), pdf.make_indirect(node)])
    del tree.Names


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (an_attachment_less, "falta el adjunto tickets.csv"),
        (an_attachment_more, "sobra el adjunto nota.csv"),
        (an_attachment_shown_as_another, "el lector muestra como tickets.csv otro adjunto que el del informe"),
        (two_contents_of_an_attachment, "el lector muestra como tickets.csv otro adjunto que el del informe"),
        (an_attachment_listed_twice, "el lector muestra como tickets.csv otro adjunto que el del informe"),
        (an_attachment_listed_far_down, "el lector muestra como nota.csv otro adjunto que el del informe"),
    ],
)
def test_a_report_is_refused_with_an_attachment_more_or_less_or_shown_otherwise(
    change: Callable[[pikepdf.Pdf], None], says: str
) -> None:
    with pikepdf.open(BytesIO(printed(MANAGEMENT))) as pdf:
        change(pdf)
        changed = BytesIO()
        pdf.save(changed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert says in of_one(sign(changed.getvalue(), authority_and_key()[1]))["manifest"]


def with_other(kind: str, content: bytes) -> dict[str, str]:
    return refused(verify({**issued(), name_of(kind): content}, roots()))


def test_a_delivery_is_refused_with_a_workbook_of_another_version() -> None:
    found = with_other("ticket_workbook", issued_file("ticket_workbook") + b" ")
    assert found == {"delivery.document": "lleva el nombre de uno de esta entrega, y es otro"}


def test_a_delivery_is_refused_with_a_report_of_another_contract() -> None:
    another = rewritten(MANAGEMENT, of_another_contract, told=True)
    found = with_other(MANAGEMENT, another)
    assert "otro-municipio-001-2026" in found["delivery.same"]


def test_a_delivery_is_refused_whose_reports_are_signed_by_several_keys_though_no_root_is_known() -> None:
    both = {name_of(MANAGEMENT): signed_again_by_another(), name_of(TECHNICAL): issued_file(TECHNICAL)}
    assert "certificados distintos" in refused(verify(both))["delivery.one_signer"]


def test_a_delivery_is_refused_with_a_report_that_is_not_the_one_that_the_other_names() -> None:
    another = rewritten(TECHNICAL, lambda files: None, told=True)
    found = with_other(TECHNICAL, another)
    assert set(found) == {"delivery.document"}
    assert "no es el que" in found["delivery.document"]


# What holds


def test_a_delivery_as_it_was_issued_holds_in_all() -> None:
    files = issued()
    verified = verify(files, roots())
    assert refused(verified) == {}
    assert verified.status == 0
    assert verified.unreadable == ()
    assert {each.file for each in verified.checks} == set(files)


def test_a_countersigned_report_holds_and_says_who_signed_it_besides() -> None:
    content = countersign(issued_file(MANAGEMENT), authority_and_key()[0])
    verified = verify({**issued(), name_of(MANAGEMENT): content}, roots())
    assert verified.status == 0
    [said] = [each.detail for each in verified.checks if each.check == "signature.supervisor"]
    assert said.startswith("la firmó además Supervisión")


def test_without_roots_it_is_said_that_nobody_knows_whose_the_key_is() -> None:
    verified = verify(issued())
    assert refused(verified) == {}
    assert verified.status == 2
    assert {each.check for each in verified.checks if each.passed is None} == {"signature.path"}


def test_one_report_alone_says_which_file_has_the_rows_of_the_rest() -> None:
    verified = verify({"informe.pdf": issued_file(MANAGEMENT)}, roots())
    said = {each.check: each.detail for each in verified.checks if each.passed is None}
    assert set(said) == {"figures.elsewhere", "delivery.whole"}
    assert "Informe_Tecnico" in said["figures.elsewhere"]
    assert name_of("ticket_workbook") in said["delivery.whole"]
    assert verified.status == 2


def test_whoever_certified_himself_is_not_said_to_be_the_supervisor() -> None:
    content = countersign(issued_file(MANAGEMENT), made_authority())
    verified = verify({**issued(), name_of(MANAGEMENT): content}, roots())
    [told] = [each for each in verified.checks if each.check == "signature.supervisor"]
    assert told.passed is None
    assert "no lleva a una raíz dada" in told.detail
    assert verified.status == 2


def test_a_supervisor_who_signed_before_the_report_was_there_and_a_vendor_who_will_sign_are_not_believed() -> None:
    authority, key = authority_and_key()
    found = of_one(countersign(sign(printed(MANAGEMENT), key, signed_at=NOW + 30 * DAY), authority))
    assert "dice ser de un día que no ha llegado" in found["signature"]
    assert "esa fecha no es verdad" in found["signature.supervisor"]


def test_a_name_that_looks_like_another_is_told() -> None:
    with pikepdf.open(BytesIO(printed(MANAGEMENT))) as pdf:
        [entry] = [each for each in pdf.Root.AF if each.UF == "tickets.csv"]
        entry.UF = entry.F = pikepdf.String("tick\u0435ts.csv")  # a Cyrillic letter
        changed = BytesIO()
        pdf.save(changed)
    told = "; ".join(open_report("informe.pdf", changed.getvalue()).manifest_faults())
    assert "el adjunto tick\u0435ts.csv tiene en su nombre letras que ninguno nuestro tiene" in told


def test_a_document_that_was_left_out_is_missed() -> None:
    left_out = name_of("delivery_act")
    verified = verify({name: content for name, content in issued().items() if name != left_out}, roots())
    assert [each.detail for each in verified.checks if each.passed is None] == [
        f"no se dieron todos los documentos; falta {left_out}"
    ]


def test_a_report_by_other_rules_is_not_blamed_for_what_ours_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    def older(files: Files) -> None:
        told = json.loads(files["figures.json"])
        total = next(each for each in told if each["id"] == "tickets.support.total")
        total["value"] = "12345"
        files["figures.json"] = canonical(told).encode()

    content = rewritten(MANAGEMENT, older, told=True)
    assert of_one(content)["figures"]
    assert open_report("informe.pdf", content).rules_version == RULES_VERSION, "as the reports tell it"
    monkeypatch.setattr("service_reports.audit.verification.RULES_VERSION", RULES_VERSION + 1)
    verified = verify({"informe.pdf": content}, roots())
    [told] = [each for each in verified.checks if each.check == "figures"]
    assert told.passed is None
    assert f"se emitió con las {RULES_VERSION}" in told.detail


def test_a_report_whose_proofs_were_taken_away_is_known_by_its_signature() -> None:
    def taken(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/AF"]
        writer.update_root()

    verified = verify({"informe.pdf": added_to(issued_file(MANAGEMENT), taken)}, roots())
    assert verified.status == 1
    assert "signature.unchanged" in refused(verified)


def test_nothing_that_a_file_says_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[2JTodo se sostiene.\x1b[8m")
    assert "\x1b" not in capsys.readouterr().out


# What nothing can be said of


def encrypted() -> bytes:
    with pikepdf.open(BytesIO(issued_file(MANAGEMENT))) as pdf:
        changed = BytesIO()
        pdf.save(changed, encryption=pikepdf.Encryption(owner="a", user="b"))
    return changed.getvalue()


def foreign() -> bytes:
    pdf, written = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: issued_file(MANAGEMENT)[:50_000], "informe.pdf: está dañado"),
        (encrypted, "informe.pdf: está cifrado con contraseña"),
        (foreign, "informe.pdf: no lleva sus pruebas"),
        (lambda: b"hola", "informe.pdf: no es un PDF"),
        (lambda: b"", "informe.pdf: no es un PDF"),
    ],
)
def test_a_file_that_nothing_can_be_said_of_is_told_in_a_line(
    content: Callable[[], bytes], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "informe.pdf"
    path.write_bytes(content())
    assert main(["verify", str(path)]) == 2
    said = capsys.readouterr()
    assert says in said.out
    assert len(said.out.splitlines()) == 2
    assert said.err == ""


def test_a_report_cut_off_or_overwritten_anywhere_ends_in_an_answer() -> None:
    whole = issued_file(MANAGEMENT)
    for place in range(1, 5):
        at = place * len(whole) // 5
        for content in (whole[:at], whole[:at] + b"\0" * 400 + whole[at + 400 :]):
            assert verify({"informe.pdf": content}, roots()).status != 0


# The command


def test_the_command_tells_in_spanish_or_as_json_and_ends_by_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / name for name in issued()]
    for path, content in zip(paths, issued().values(), strict=True):
        path.write_bytes(content)
    root = tmp_path / "raices.pem"
    root.write_bytes(pem_of(authority_and_key()[0]))
    given = ["verify", *map(str, paths), "--roots", str(root)]
    assert main(given) == 0
    said = capsys.readouterr().out
    assert "bien  firma: la firmó SMART TMT S.A.S." in said
    assert said.endswith("Todo se sostiene.\n")
    assert main([*given, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["unreadable"]) == (0, [])
    assert {each["passed"] for each in told["checks"]} == {True}
    paths[0].write_bytes(with_a_byte_changed())
    assert main(given) == 1
    said = capsys.readouterr().out
    assert "MAL   firma" in said
    assert "¿?    sin cambios: lo firmado ya no es lo que era" in said


def test_a_file_that_is_not_there_keeps_no_other_from_being_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gestion.pdf"
    path.write_bytes(issued_file(MANAGEMENT))
    assert main(["verify", str(tmp_path / "nada.pdf"), str(path), str(path)]) == 2
    said = capsys.readouterr().out
    assert "bien  firma" in said
    assert f"{tmp_path / 'nada.pdf'}: no existe: revise el nombre del archivo y sus permisos" in said
    for command in (["figures"], ["trace"]):
        named = [*command, str(tmp_path / "nada.pdf"), *(["summary.days"] if command == ["trace"] else [])]
        assert main(named) == 2
        assert "no existe: revise el nombre" in capsys.readouterr().err


def test_roots_that_are_none_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "raices.pem"
    path.write_text("no")
    assert main(["verify", str(path), "--roots", str(path)]) == 2
    assert capsys.readouterr().err == "el archivo de raíces no tiene certificados en PEM\n"


def test_what_verifies_is_loaded_in_a_moment_and_without_airflow() -> None:
    script = (
        "import sys, time; began = time.process_time(); import service_reports.audit.verification; "
        "print(time.process_time() - began, *sys.modules)"
    )
    took, *loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(took) < 2, "twice of what is asked for: a busy machine fails no test"
    assert not {"airflow", "reportlab", "pydantic", "polars", "boto3", "psycopg", "oci"} & set(loaded)
