"""The message says what it carries, survives the way to the reader, and is always the same bytes."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_reports.contracts import Contract, load_contract
from service_reports.contracts.model import Brand
from service_reports.delivery import (
    Attachment,
    Links,
    compose_report_message,
    links_until,
    message_bytes,
    recipients,
    sender,
)
from service_reports.delivery.attachment_names import whole_name
from service_reports.documents.sections.highlights import Compared, Fact, Highlights, Point

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ATTACHMENTS = (
    Attachment("SER-INGE-CLI-ALCJAM.pdf", "application/pdf", b"%PDF-1.7 gestion \r\n.\r\n", "Informe de Gestión"),
    Attachment("DES-INTE-CLI-ALCJAM.pdf", "application/pdf", bytes(range(256)), "Informe Técnico"),
    Attachment("BD-PRINX-ALCJAM.xlsx", XLSX, b"PK\x03\x04", "Libro de solicitudes"),
    Attachment(
        "SER-ACEN-CLI-ALCJAM.pdf", "application/pdf", b"%PDF-1.7 acta", "Acta de Entrega No. 1: Sobretasa Ambiental"
    ),
)
HIGHLIGHTS = Highlights(
    scope="Del 20 de enero al 22 de febrero",
    facts=(
        Fact("tickets", "Solicitudes registradas", "72", "61 terminadas y 11 en trámite."),
        Fact("hour_bank", "Bolsa: horas disponibles", "168 de 200", "32 consumidas."),
    ),
    compared=Compared((("Compute / E5 (OCPU Hours)", "72", "96", "+33,3 %"),), "Media diaria de 30 días completos."),
    findings=(Point("Salto de consumo", "De 24 a 48 por día.", "alert", "usage"),),
    asks=("Confirmar la causa.", "Firmar los informes."),
)
TOLD = (
    "Hallazgos que piden respuesta",
    "Salto de consumo.",
    "Solicitudes registradas",
    "72",
    "61 terminadas y 11 en trámite.",
    "168 de 200",
    "32 consumidas.",
    "1 hallazgo, y lo que se le solicita en 2 puntos",
    "en el recuadro del supervisor, o",
    "informes@smarttmt.example",
)
SENT_AT = datetime(2026, 2, 23, 11, 5, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(SAMPLE)


def compose(contract: Contract, **changes: Any) -> EmailMessage:
    arguments: dict[str, Any] = {
        "version": 1,
        "correction_reason": None,
        "attachments": ATTACHMENTS,
        "highlights": HIGHLIGHTS,
        "deliveries": 1,
        "sent_at": SENT_AT,
    }
    return compose_report_message(contract, contract.report("2026-01"), **{**arguments, **changes})


def received(message: EmailMessage) -> EmailMessage:
    """The message as the reader's program sees it."""
    parsed = message_from_bytes(message_bytes(message), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text(message: EmailMessage, kind: str = "plain") -> str:
    body = received(message).get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_headers_say_who_what_and_when(contract: Contract) -> None:
    message = received(compose(contract))
    assert message["From"] == "SMART TMT <informes@smarttmt.example>"
    assert message["To"] == "supervisor.contrato@jamundi.example"
    assert message["Cc"] is None
    assert message["Subject"] == "Para firmar: informes 2026-01 de Alcaldía de Jamundí, Contrato No. 34-14-08-0016"
    assert message["Date"] == "Mon, 23 Feb 2026 06:05:07 -0500"
    assert message["Message-ID"] == "<alcaldia-de-jamundi-34-14-08-0016.2026-01.v1@smarttmt.example>"
    assert message["X-Service-Report"] == "alcaldia-de-jamundi-34-14-08-0016/2026-01/v1"
    assert message["Content-Language"] == "es-CO"


def test_copies_go_to_whom_the_contract_says(contract: Contract) -> None:
    copied = contract.model_copy(
        update={"mail": contract.mail.model_copy(update={"cc": ("a@jamundi.example", "b@jamundi.example")})}
    )
    message = compose(copied)
    assert message["Cc"] == "a@jamundi.example, b@jamundi.example"
    assert recipients(message_bytes(message)) == (
        "supervisor.contrato@jamundi.example",
        "a@jamundi.example",
        "b@jamundi.example",
    )


def test_answers_go_to_whom_the_contract_says(contract: Contract) -> None:
    assert compose(contract)["Reply-To"] is None
    mail = contract.mail.model_copy(update={"reply_to": "mesa.de.ayuda@smarttmt.example"})
    message = compose(contract.model_copy(update={"mail": mail}))
    assert message["Reply-To"] == "mesa.de.ayuda@smarttmt.example"
    assert recipients(message_bytes(message)) == ("supervisor.contrato@jamundi.example",)


def addressed(contract: Contract, supervisor: str, **mail: Any) -> Contract:
    return Contract.model_validate(
        {
            **contract.model_dump(),
            "supervisor": {**contract.supervisor.model_dump(), "email": supervisor},
            "mail": {**contract.mail.model_dump(), **mail},
        }
    )


def test_a_domain_with_accents_goes_as_the_network_knows_it_and_the_message_stays_ascii(contract: Contract) -> None:
    content = message_bytes(compose(addressed(contract, "rentas@alcaldía.example", sender="informes@señal.example")))
    assert content.isascii()
    assert recipients(content) == ("rentas@xn--alcalda-dza.example",)
    assert sender(content) == "informes@xn--seal-hqa.example"


@pytest.mark.parametrize("field", ["supervisor", "cc", "sender", "reply_to"])
def test_a_letter_beyond_ascii_in_an_address_goes_as_it_is(contract: Contract, field: str) -> None:
    beyond = "muñoz@alcaldía.example"
    changes: dict[str, Any] = {field: (beyond,) if field == "cc" else beyond} if field != "supervisor" else {}
    content = message_bytes(
        compose(addressed(contract, beyond if field == "supervisor" else "a@jamundi.example", **changes))
    )
    assert "muñoz@xn--alcalda-dza.example".encode() in content.partition(b"\r\n\r\n")[0]
    assert b"=?utf-8?" not in content.partition(b"\r\n\r\n")[0].lower()
    assert "muñoz@xn--alcalda-dza.example" in (*recipients(content), sender(content)) or field == "reply_to"
    assert all(b"\n" not in line and len(line) <= 998 for line in content.split(b"\r\n"))


LINKS = Links(
    tuple(f"https://archive.example/{each.file_name}?X-Amz-Expires=604800&X=1" for each in ATTACHMENTS),
    datetime(2026, 3, 2, 11, 5, 7, tzinfo=UTC),
)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_message_with_links_names_each_document_with_size_hash_and_until_when(contract: Contract, kind: str) -> None:
    large = [replace(each, content=each.content.ljust(12_345_678, b"0")) for each in ATTACHMENTS]
    message = compose(contract, attachments=large, links=LINKS)
    assert list(received(message).iter_attachments()) == []
    body = text(message, kind)
    assert "Documentos para descargar".upper() in body.upper()
    assert "adjuntos" not in body.lower()
    assert "hasta el 2 de marzo de 2026 a las 06:05 (hora de Bogotá)" in body
    assert body.count("(12,3 MB)") == len(large)
    for attachment, address in zip(large, LINKS.addresses, strict=True):
        assert attachment.sha256 in body
        assert (address if kind == "plain" else address.replace("&", "&amp;")) in body


def test_a_message_with_links_says_to_machines_until_when(contract: Contract) -> None:
    assert links_until(message_bytes(compose(contract, links=LINKS))) == LINKS.until
    assert links_until(message_bytes(compose(contract))) is None


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_bodies_tell_the_same(contract: Contract, kind: str) -> None:
    body = text(compose(contract), kind)
    for told in (
        "Alcaldía de Jamundí",
        "del 20 de enero de 2026 al 22 de febrero de 2026",
        "Contrato No. 34-14-08-0016 de 2026",
        "firmados electrónicamente por el contratista",
        *TOLD,
        *(attachment.title for attachment in ATTACHMENTS),
        *(attachment.file_name for attachment in ATTACHMENTS),
        *(hashlib.sha256(attachment.content).hexdigest() for attachment in ATTACHMENTS),
    ):
        assert told in body
    assert "reemplaza" not in body


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_the_documents_are_numbered_as_in_the_reports(contract: Contract, kind: str) -> None:
    body = text(compose(contract), kind)
    labels = ("Documento principal", "Anexo 1", "Anexo 2", "Anexo 3")
    found = [body.index(label) for label in labels]
    titles = [body.index(attachment.title, body.index("Documento principal")) for attachment in ATTACHMENTS]
    assert [place for pair in zip(found, titles, strict=True) for place in pair] == sorted(found + titles)
    assert "Anexo 4" not in body


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_period_without_deliveries_says_so(contract: Contract, kind: str) -> None:
    sentence = "No hubo entregas en el periodo"
    assert sentence in text(compose(contract, attachments=ATTACHMENTS[:3], deliveries=0), kind)
    assert sentence not in text(compose(contract), kind)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_correction_says_what_it_replaces_and_why(contract: Contract, kind: str) -> None:
    message = compose(contract, version=3, correction_reason="El conteo de\r\nsolicitudes no incluía las del 20/02")
    assert "informes 2026-01, versión 3 de" in received(message)["Subject"]
    assert message["Message-ID"].endswith(".2026-01.v3@smarttmt.example>")
    body = text(message, kind)
    assert "reemplaza la versión 2" in body
    assert "Motivo de la corrección: El conteo de solicitudes no incluía las del 20/02" in body


@pytest.mark.parametrize("reason", [None, "", " \n"])
def test_a_correction_without_a_reason_is_refused(contract: Contract, reason: str | None) -> None:
    with pytest.raises(ValueError, match="2026-01 version 2: a correction needs its reason"):
        compose(contract, version=2, correction_reason=reason)


def test_a_digital_signature_is_called_so(contract: Contract) -> None:
    digital = contract.model_copy(update={"signing": contract.signing.model_copy(update={"kind": "digital"})})
    assert "firmados digitalmente por el contratista" in text(compose(digital))


def test_the_message_has_the_colour_and_the_name_of_its_brand(contract: Contract) -> None:
    brand = Brand(primary="#7A1F5C", header_text="Casa de Software")
    html = text(compose(contract.model_copy(update={"brand": brand})), "html")
    assert "#7A1F5C" in html
    assert Brand().primary not in html
    assert ">Casa de Software</p>" in html


def test_the_message_fits_a_telephone(contract: Contract) -> None:
    html = text(compose(contract), "html")
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in html
    assert html.count("<h1") == 1


def test_html_is_escaped_and_text_is_not(contract: Contract) -> None:
    fact = Fact("tickets", "<b>&", "1 < 2", "x")
    message = compose(contract, highlights=replace(HIGHLIGHTS, facts=(fact,)))
    assert "&lt;b&gt;&amp;" in text(message, "html")
    assert "- <b>&: 1 < 2" in text(message)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_message_stays_short_and_sends_to_the_first_page_for_the_rest(contract: Contract, kind: str) -> None:
    found = tuple(Point(f"Hallazgo n.º {number}", "x", "alert", "usage") for number in range(1, 11))
    facts = tuple(Fact("tickets", f"Hecho {number}", "1", "d") for number in range(1, 7))
    body = text(compose(contract, highlights=replace(HIGHLIGHTS, findings=found, facts=facts)), kind)
    assert "Hallazgo n.º 3 y 7 más." in body
    assert "Hallazgo n.º 4" not in body
    assert "10 hallazgos" in body
    assert "«El periodo en una página»" in body
    assert [number for number in range(1, 7) if f"Hecho {number}" in body] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_what_is_asked_comes_first_with_its_date_where_the_contract_gives_days(contract: Contract, kind: str) -> None:
    hurried = contract.model_copy(update={"mail": contract.mail.model_copy(update={"answer_days": 7})})
    message = compose(hurried)
    assert received(message)["Subject"].startswith("Para firmar hasta el 02/03/2026: informes 2026-01 de Alcaldía")
    body = text(message, kind)
    assert "hasta el 2 de marzo de 2026" in body
    assert body.lower().index("qué se le pide") < body.lower().index("en resumen") < body.lower().index("adjuntos")
    assert "hasta el" not in text(compose(contract), kind)


def test_the_attachments_arrive_as_they_were_sent(contract: Contract) -> None:
    arrived = [
        (part.get_filename(), part.get_content_type(), part.get_content(), str(part["Content-Description"]))
        for part in received(compose(contract)).iter_attachments()
    ]
    assert arrived == [(a.file_name, a.media_type, a.content, a.title) for a in ATTACHMENTS]


def names_of_an_old_program(message: EmailMessage) -> list[bytes]:
    """What a program reads that knows nothing of RFC 2231 and looks at each line for itself."""
    heads = [part.partition(b"\r\n\r\n")[0] for part in message_bytes(message).split(b"\r\n--=_")]
    attached = [head.split(b"\r\n") for head in heads if b"Content-Disposition: attachment" in head]
    found = []
    for lines in attached:
        [disposition] = [line for line in lines if re.match(rb'[ \t]filename="', line)]
        [kind] = [line for line in lines if re.match(rb'[ \t]name="', line)]
        name = disposition.split(b'"')[1]
        assert kind.split(b'"')[1] == name
        assert max(len(disposition), len(kind)) <= 78
        found.append(name)
    return found


def named(*file_names: str) -> list[Attachment]:
    return [Attachment(name, "application/pdf", b"%PDF", "Acta") for name in file_names]


def test_a_program_that_knows_no_encoded_names_shows_every_attachment_with_its_name(contract: Contract) -> None:
    long = "DES-INTE-CLI-ALCJAM-20260223-Informe_Tecnico_Infraestructura_SAAS_No.2026-01.pdf"
    message = compose(contract, attachments=[*ATTACHMENTS, *named(long)])
    assert names_of_an_old_program(message) == [
        *(each.file_name.encode() for each in ATTACHMENTS),
        b"DES-INTE-CLI-ALCJAM-20260223-Informe_Tecnico_Infraestruc.pdf",
    ]
    assert [part.get_filename() for part in received(message).iter_attachments()][-1] == long


@pytest.mark.parametrize(
    ("whole", "plain"),
    [
        ("Acta de Entrega No. 1: «Sobretasa».pdf", "Acta_de_Entrega_No._1_Sobretasa.pdf"),
        ("Informe de Gestión — señalización.pdf", "Informe_de_Gestion_senalizacion.pdf"),
        ("报告.pdf", "adjunto.pdf"),
        ("sin extensión", "sin_extension"),
        ("../../etc/passwd", "etc_passwd"),
        (".pdf", "pdf"),
        ("", "adjunto"),
        ('a"; filename="b.exe', "a_filename_b.exe"),
        ("fdp.\u202eexe", "fdp.exe"),
        ("%41 100%.pdf", "41_100.pdf"),
    ],
)
def test_a_plain_name_is_what_is_left_of_any_name(contract: Contract, whole: str, plain: str) -> None:
    assert names_of_an_old_program(compose(contract, attachments=named(whole))) == [plain.encode()]


def test_no_two_attachments_are_saved_over_each_other(contract: Contract) -> None:
    long = "SER-ACEN-CLI-ALCJAM-20260223-" + 60 * "x"
    names = names_of_an_old_program(
        compose(contract, attachments=named(f"{long}1.pdf", f"{long}2.pdf", "acta.pdf", "ACTA.pdf", "áctá.pdf"))
    )
    assert len({name.lower() for name in names}) == 5
    assert all(name.endswith(b".pdf") and len(name) <= 60 for name in names)


@given(names=st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_any_name_arrives_plain_and_whole(contract: Contract, names: list[str]) -> None:
    message = compose(contract, attachments=named(*names))
    assert len(set(names_of_an_old_program(message))) == len(names)
    assert max(map(len, message_bytes(message).split(b"\r\n"))) <= 998
    assert [part.get_filename() for part in received(message).iter_attachments()] == [
        whole_name(each) for each in names
    ]


def test_what_a_report_of_a_server_is_matched_by_goes_as_it_is_however_long(contract: Contract) -> None:
    long = "-".join(["alcaldia-distrital-y-sus-entidades-descentralizadas"] * 3)
    lines = message_bytes(compose(contract.model_copy(update={"id": long}))).split(b"\r\n")
    assert f"X-Service-Report: {long}/2026-01/v1".encode() in lines
    assert f"Message-ID: <{long}.2026-01.v1@smarttmt.example>".encode() in lines


def test_nobody_who_is_away_answers_a_machine(contract: Contract) -> None:
    message = received(compose(contract))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Precedence"] is None  # bulk mail is what filters put aside


@given(content=st.binary(max_size=2000))
def test_any_bytes_survive_the_way(contract: Contract, content: bytes) -> None:
    message = compose(contract, attachments=[Attachment("a.pdf", "application/pdf", content, "Informe")])
    (part,) = received(message).iter_attachments()
    assert part.get_content() == content


@given(number=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=120))
def test_any_contract_number_survives_in_the_subject(contract: Contract, number: str) -> None:
    message = compose(contract.model_copy(update={"number": number}))
    assert received(message)["Subject"].endswith(" ".join(f"Contrato No. {number}".split()))


@pytest.mark.parametrize("number", ["Àº", "Generaci—n", "A&amp;B", "x_x000D_"])
def test_the_messages_own_text_is_not_mended_again(contract: Contract, number: str) -> None:
    message = received(compose(contract.model_copy(update={"number": number})))
    assert message["Subject"].endswith(f"Contrato No. {number}")


@pytest.mark.parametrize("hostile", ["x\r\nBcc: otro@example.com", "x\nBcc: otro@example.com"])
def test_a_line_end_cannot_add_a_header(contract: Contract, hostile: str) -> None:
    named = contract.model_copy(
        update={
            "number": hostile,
            "contractor": contract.contractor.model_copy(update={"short_name": hostile}),
        }
    )
    message = received(compose(named, attachments=[Attachment(hostile, "application/pdf", b"", hostile)]))
    assert message["Bcc"] is None
    assert recipients(message_bytes(message)) == ("supervisor.contrato@jamundi.example",)


def test_the_same_report_is_the_same_bytes(contract: Contract) -> None:
    first, again = message_bytes(compose(contract)), message_bytes(compose(contract))
    assert first == again
    assert message_bytes(compose(contract, version=2, correction_reason="x")) != first


def test_it_is_ready_for_smtp(contract: Contract) -> None:
    lines = message_bytes(compose(contract)).split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(len(line) for line in lines) <= 998
    assert b"".join(lines).isascii()


def test_who_only_sends_does_not_load_what_draws_pages() -> None:
    code = "import sys, service_reports.delivery; print(sorted({'reportlab'} & set(sys.modules)))"
    include = Path(__file__).resolve().parents[2] / "include"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(include)}
    )
    assert finished.stdout.strip() == "[]"
