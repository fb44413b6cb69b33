"""What comes back in a message is found whatever program packed it, and what is no PDF is told by its name."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12

from service_reports.delivery import returned
from service_reports.delivery.returned import Returned
from tests.throwaway_keys import PASSPHRASE, Authority, made_authority

REPORT = b"%PDF-1.7 a report %%EOF"


def message(attached: bytes | EmailMessage, kind: str = "application/pdf", name: str = "informe.pdf") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"] = "Re: Informes", "supervisor@example.com"
    made.set_content("Van firmados.")
    if isinstance(attached, EmailMessage):
        made.add_attachment(attached)
    else:
        maintype, subtype = kind.split("/")
        made.add_attachment(attached, maintype=maintype, subtype=subtype, filename=name)
    return made


WHOLE = message(REPORT).as_bytes()
AUTHORITY: Authority = made_authority()


def packed(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    folder = BytesIO()
    with zipfile.ZipFile(folder, "w", how) as writing:
        for name, content in members:
            writing.writestr(name, content)
    return folder.getvalue()


def locked(folder: bytes) -> bytes:
    """The same, which says that its first member has a key."""
    changed = bytearray(folder)
    for begins, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[folder.index(begins) + flags] |= 1
    return bytes(changed)


def in_a_signature(content: bytes, *options: pkcs7.PKCS7Options, encoding: Encoding = Encoding.DER) -> bytes:
    """What S/MIME and CAdES make of a file."""
    key, certificate, _ = pkcs12.load_key_and_certificates(AUTHORITY.issue("Supervisión"), PASSPHRASE.encode())
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(encoding, [pkcs7.PKCS7Options.Binary, *options])


def encrypted(content: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import rsa

    issued = AUTHORITY.issue("Operaciones", key=rsa.generate_private_key(65537, 2048))
    _, certificate, _ = pkcs12.load_key_and_certificates(issued, PASSPHRASE.encode())
    assert certificate is not None
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


SIGNED_MAIL = message(in_a_signature(WHOLE), "application/pkcs7-mime", "smime.p7m")


@pytest.mark.parametrize(
    "content",
    [
        REPORT,
        WHOLE,
        WHOLE.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + WHOLE,
        b"\r\n\r\n" + WHOLE,
        b"0 is no signature " + REPORT,
        message(REPORT, "application/octet-stream", "informe firmado").as_bytes(),
        message(message(REPORT)).as_bytes(),
        message(WHOLE, "application/octet-stream", "Re Informes.EML").as_bytes(),
        packed(("informe.pdf", REPORT)),
        packed(("informe.pdf", REPORT), how=zipfile.ZIP_STORED),
        packed(("carpeta/Re.eml", WHOLE)),
        message(packed(("informe.pdf", REPORT)), "application/zip", "informes.zip").as_bytes(),
        in_a_signature(REPORT),
        in_a_signature(REPORT, encoding=Encoding.PEM),
        SIGNED_MAIL.as_bytes(),
    ],
    ids=[
        *("itself", "attached", "CRLF", "byte order mark", "empty lines", "after other bytes", "no extension"),
        *("forwarded", "a file within", "a ZIP", "a ZIP that packs nothing", "a message in a ZIP", "a ZIP attached"),
        *("a signature", "a signature in PEM", "a signed message"),
    ],
)
def test_a_report_is_found_in(content: bytes) -> None:
    found = Returned("respuesta.p7m" if b"PKCS7" in content[:20] else "respuesta.eml", content)
    [(_, given)] = found.pdfs
    assert given.endswith(REPORT)
    assert found.unopened == []


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: b"\x78\x9f\x3e\x22\x01\x00", "es un sobre de Outlook (TNEF)"),
        (lambda: b"Rar!\x1a\x07\x01\x00", "es un RAR"),
        (lambda: b"7z\xbc\xaf\x27\x1c\x00\x04", "es un 7z"),
        (lambda: locked(packed(("informe.pdf", REPORT))), "tiene clave"),
        (lambda: packed(("informe.pdf", REPORT), how=zipfile.ZIP_LZMA), "es un ZIP dañado"),
        (lambda: packed(("informe.pdf", REPORT))[:-30], "es un ZIP dañado"),
        (lambda: packed(("informe.pdf", REPORT + bytes(2000))), "trae más de lo que aquí se abre"),
        (lambda: packed(*((f"{number}.txt", b"") for number in range(300))), "trae más de lo que aquí se abre"),
        (lambda: encrypted(WHOLE), "está cifrado para quien lo recibió (S/MIME)"),
    ],
    ids=["winmail.dat", "RAR", "7z", "locked", "LZMA", "cut off", "a bomb", "many", "encrypted"],
)
@pytest.mark.parametrize("attached", [False, True])
def test_what_cannot_be_opened_is_told_by_its_name(
    made: Callable[[], bytes], says: str, attached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returned, "MOST_UNPACKED", 1000)
    content = message(made(), "application/octet-stream", "informes").as_bytes() if attached else made()
    found = Returned("informes", content)
    assert found.pdfs == found.others == []
    [told] = found.unopened
    assert told.startswith(f"«informes» {says}")


def test_a_message_without_a_pdf_says_what_it_brings() -> None:
    for content, told in (
        (b"\xff\xd8\xff", ["«informes»"]),
        (packed(("[Content_Types].xml", b""), ("word/document.xml", b"")), ["«informes»"]),
        (packed(("a.txt", b""), ("b.txt", b"")), ["«informes/a.txt»", "«informes/b.txt»"]),
        (
            in_a_signature(REPORT, pkcs7.PKCS7Options.DetachedSignature),
            ["«informes», una firma suelta, que no está en el PDF"],
        ),
    ):
        found = Returned("respuesta.eml", message(content, "application/octet-stream", "informes").as_bytes())
        assert (found.pdfs, found.unopened, found.others) == ([], [], told)


def test_messages_within_messages_without_end_end() -> None:
    content, folders = WHOLE, REPORT
    for _ in range(6):
        content = message(content, "application/octet-stream", "otra.eml").as_bytes()
        folders = packed(("otra.zip", folders))
    assert Returned("respuesta.eml", content).pdfs == []
    found = Returned("respuesta.zip", folders)
    assert found.pdfs == []
    assert "está dentro de demasiadas cosas" in found.unopened[0]
