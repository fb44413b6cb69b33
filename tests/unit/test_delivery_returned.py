"""What comes back in a message is found whatever program packed it, and what is no PDF is told by its name."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from service_reports.delivery.returned import other_names, returned_pdfs

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


@pytest.mark.parametrize(
    "content",
    [
        REPORT,
        WHOLE,
        WHOLE.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + WHOLE,
        b"\r\n\r\n" + WHOLE,
        message(REPORT, "application/octet-stream", "informe firmado").as_bytes(),
        message(message(REPORT)).as_bytes(),
        message(WHOLE, "application/octet-stream", "Re Informes.EML").as_bytes(),
    ],
    ids=["itself", "attached", "CRLF", "byte order mark", "empty lines", "no extension", "forwarded", "a file within"],
)
def test_a_report_is_found_in(content: bytes) -> None:
    assert [found for _, found in returned_pdfs("respuesta.eml", content)] == [REPORT]


def test_a_message_without_a_pdf_says_what_it_brings() -> None:
    content = message(b"PK\x03\x04", "application/zip", "informes.zip").as_bytes()
    assert list(returned_pdfs("respuesta.eml", content)) == []
    assert other_names(content) == ["informes.zip"]


def test_messages_within_messages_without_end_end() -> None:
    content = WHOLE
    for _ in range(6):
        content = message(content, "application/octet-stream", "otra.eml").as_bytes()
    assert list(returned_pdfs("respuesta.eml", content)) == []
