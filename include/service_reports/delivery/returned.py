"""The PDFs of what came back: a file itself, and what a message (``.eml``), a ZIP or a signature (``.p7m``) brings.

Pure: bytes in, files out.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from itertools import islice

from asn1crypto import cms, pem

from service_reports.foreign_text import foreign_line

PDF = b"%PDF-"
NEAR_THE_BEGINNING = 1024
"""Readers look so far for the mark of a PDF."""
MOST_PARTS = 200
MOST_UNPACKED = 128 * 1024 * 1024
"""Bytes of all that is packed in one file that came back, together."""
MOST_NAMED = 5
DEEPEST = 3
"""Messages, folders and signatures within each other."""
MESSAGE = ".eml"
SIGNED = ".p7m"
BEFORE = b"\xef\xbb\xbf\r\n\t "
"""What programs that keep a message as a file write before it, which would end its header."""
NAMELESS = "adjunto sin nombre"
ZIP, DER_SEQUENCE = b"PK\x03\x04", b"\x30"
OFFICE = "[Content_Types].xml"
"""In what Word and Excel pack alike."""
LOCKED = 1
CLOSED: Mapping[bytes, str] = {
    b"\x78\x9f\x3e\x22": "es un sobre de Outlook (TNEF) que solo Outlook abre: ábralo allí y deje los PDF, o pida que "
    "los reenvíen desde un mensaje en HTML o en texto",
    b"Rar!": "es un RAR, que aquí no se abre: saque de ahí los PDF, o pídalos en un ZIP",
    b"7z\xbc\xaf\x27\x1c": "es un 7z, que aquí no se abre: saque de ahí los PDF, o pídalos en un ZIP",
}
"""How what nobody but its own program opens begins, and what to do."""
ODD = (ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What comes of reading bytes that somebody wrote to be odd."""


class Returned:
    """What a file that came back brings, each by a name.

    ``unopened`` may hold a document, and nobody here can look: Spanish, with what to do. ``others`` are none, such as
    a picture.
    """

    def __init__(self, name: str, content: bytes) -> None:
        self.pdfs: list[tuple[str, bytes]] = []
        self.unopened: list[str] = []
        self._others: list[str] = []
        self._parts, self._room = MOST_PARTS, MOST_UNPACKED
        if not self._taken(name, content, 0):
            self._message(content, 0)

    @property
    def others(self) -> list[str]:
        """The first of them, once each."""
        return list(islice(dict.fromkeys(self._others), MOST_NAMED))

    def _taken(self, name: str, content: bytes, depth: int) -> bool:
        """Look at a file; whether it is known for what it is, by how it begins. What packs PDFs begins as itself."""
        if depth > DEEPEST:
            self.unopened.append(f"«{name}» está dentro de demasiadas cosas: saque de ahí los PDF")
        elif told := next((words for begins, words in CLOSED.items() if content.startswith(begins)), None):
            self.unopened.append(f"«{name}» {told}")
        elif content.startswith(ZIP):
            self._zip(name, content, depth)
        elif self._signed(name, content, depth):
            pass
        elif PDF in content[:NEAR_THE_BEGINNING]:
            self.pdfs.append((name, content))
        else:
            return False
        return True

    def _message(self, content: bytes, depth: int) -> None:
        for part in message_from_bytes(content.lstrip(BEFORE)).walk():
            self._parts -= 1
            if self._parts < 0:
                return
            attached, name = None if part.is_multipart() else part.get_payload(decode=True), _name(part)
            if not isinstance(attached, bytes) or self._taken(name or NAMELESS, attached, depth + 1):
                continue
            if name.lower().endswith(MESSAGE) and depth < DEEPEST:
                self._message(attached, depth + 1)
            elif name:
                self._others.append(f"«{name}»")

    def _zip(self, name: str, content: bytes, depth: int) -> None:
        try:
            with zipfile.ZipFile(BytesIO(content)) as folder:
                members = [each for each in folder.infolist() if not each.is_dir()]
                if any(each.filename == OFFICE for each in members):
                    self._others.append(f"«{name}»")
                    return
                if any(each.flag_bits & LOCKED for each in members):
                    self.unopened.append(f"«{name}» tiene clave: ábralo y deje los PDF, o pídalo sin ella")
                    return
                self._parts -= len(members)
                self._room -= sum(each.file_size for each in members)
                if self._parts < 0 or self._room < 0:
                    self.unopened.append(f"«{name}» trae más de lo que aquí se abre: saque de ahí los PDF")
                    return
                for each in members:
                    if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                        raise zipfile.BadZipFile
                    within = _line(f"{name}/{each.filename}")
                    if not self._taken(within, packed := folder.read(each), depth + 1):
                        self._within(within, packed, depth)
        except (zipfile.BadZipFile, zlib.error, *ODD):
            self.unopened.append(f"«{name}» es un ZIP dañado, o de una clase que aquí no se abre: pídalo otra vez")

    def _within(self, name: str, content: bytes, depth: int) -> None:
        if name.lower().endswith(MESSAGE):
            self._message(content, depth + 1)
        else:
            self._others.append(f"«{name}»")

    def _signed(self, name: str, content: bytes, depth: int) -> bool:
        """What is in a signature of the whole (S/MIME, CAdES), which is none in the supervisor's place of a PDF."""
        if not (content.startswith(DER_SEQUENCE) or name.lower().endswith(SIGNED)):
            return False
        try:
            der = pem.unarmor(content)[2] if pem.detect(content) else content
            found = cms.ContentInfo.load(der)
            kind = found["content_type"].native
            within = found["content"]["encap_content_info"]["content"].native if kind == "signed_data" else None
        except ODD:
            if not name.lower().endswith(SIGNED):
                return False
            kind = within = None
        if isinstance(within, bytes):
            inside = name[: -len(SIGNED)] if name.lower().endswith(SIGNED) else name
            if not self._taken(inside, within, depth + 1):
                self._message(within, depth + 1)
        elif kind == "signed_data":
            self._others.append(f"«{name}», una firma suelta, que no está en el PDF")
        elif kind in ("enveloped_data", "encrypted_data", "authenticated_enveloped_data"):
            self.unopened.append(
                f"«{name}» está cifrado para quien lo recibió (S/MIME): ábralo en su correo y deje los PDF, o pídalos "
                "sin cifrar"
            )
        elif name.lower().endswith(SIGNED):
            self.unopened.append(f"«{name}» es un .p7m que no se puede leer: ábralo con su programa y deje los PDF")
        else:
            return False
        return True


def _name(part: Message) -> str:
    with suppress(Exception):  # a field that somebody wrote to be odd
        return _line(part.get_filename() or "")
    return ""


def _line(name: str) -> str:
    return foreign_line(name)[:200]
