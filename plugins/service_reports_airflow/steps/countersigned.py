"""Documents that come back signed, which somebody, or a rule of the mailbox, leaves in the archive's bucket.

What the supervisor signed is known by its bytes, and registered by itself. A page that was signed by hand and scanned
is known by nobody but a person, who registers it by name.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg
from airflow.sdk.exceptions import AirflowFailException

from service_reports import register
from service_reports.archive import Archive, Listed
from service_reports.checks.observation import Observation
from service_reports.failures import OneByOne
from service_reports.warehouse import add_observation, new_alerts
from service_reports_airflow.answers import FormRefused
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    from asn1crypto import x509 as asn1_x509

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]

PREFIX = "returned/"
SCOPE = "register"
AT_ONCE = 1000
"""Objects of the listing whose reading is asked for together."""
MOST_BYTES = 64 * 1024 * 1024
SCANNED_FORMS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\0", b"MM\0*")
"""How files of a scanner begin: PDF, JPEG, PNG, TIFF."""
JUDGED: Mapping[bool | None, str] = {
    True: "su certificado lleva a una raíz del contrato",
    False: "su certificado NO lleva a ninguna raíz del contrato",
    None: "de quién es su certificado no se juzgó",
}
FIELDS = {"archivo": "Archivo", "contrato": "Contrato", "informe": "Informe", "codigo": "Código", "motivo": "Motivo"}


class NotTaken(AirflowFailException):
    """Files that came back and do not count; a person must look, and reading them again would not change that."""


@told
def collect(params: Mapping[str, Any], by: str | None, run_id: str, *, stores: Stores = STORES) -> None:
    """Register the scanned page that the form names, and every new file under ``returned/`` that counts.

    Reading one again changes nothing. A file that does not count is told of, once; the others are read.

    Raises:
        FormRefused: an incomplete form, or it names no file, or no document that was issued.
        NotTaken: names each file that does not count, with the reason.
    """
    reading = OneByOne()
    with stores.warehouse() as db, stores.archive() as store:
        _register_scanned(db, store, params, by or "sin nombre")
        for listed in _unread(db, store):
            with reading.item(listed.key, partial(_refuse, db, listed, run_id)):
                _take(db, store, listed, run_id, stores)
        register.archive_events(db, store)
        alerts = new_alerts(db, run_id)
    if alerts:
        lines = "\n".join(f"Alerta: {alert.detail} ({alert.kind}, {alert.subject})" for alert in alerts)
        raise NotTaken(
            f"{lines}\n  → pida otra vez el documento, firmado en el recuadro del supervisor sobre el PDF enviado; "
            "la copia de una página firmada a mano se registra con el formulario"
        )


def _unread(db: Connection, store: Archive) -> Iterator[Listed]:
    """Objects that were not read, or have other bytes since."""
    listing = store.listed(PREFIX)
    while page := list(islice(listing, AT_ONCE)):
        read = register.returns_read(db, [each.key for each in page])
        # Consoles make an empty object of a folder.
        yield from (each for each in page if not each.key.endswith("/") and (each.key, each.etag) not in read)


def _take(db: Connection, store: Archive, listed: Listed, run_id: str, stores: Stores) -> None:
    """Register what counts of a file, and tell what does not: all of it, or nothing."""
    from service_reports.audit.countersigning import Countersignature, NotCountersigned, countersignature
    from service_reports.delivery.returned import Returned

    if listed.size_bytes > MOST_BYTES:
        _refuse(db, listed, run_id, f"mide {listed.size_bytes} bytes, y se leen hasta {MOST_BYTES}")
        return
    good: list[tuple[register.IssuedBytes, bytes, Countersignature]] = []
    came = Returned(listed.key.removeprefix(PREFIX), store.read(listed.key))
    refused, unknown = list(came.unopened), []
    for name, content in came.pdfs:
        document = register.document_begun_by(db, content)
        if document is None:
            unknown.append(f"«{name}» no empieza por ningún documento emitido: fue impreso, convertido o cambiado")
            continue
        try:
            good.append((document, content, countersignature(content, _roots(document.contract_id, stores))))
        except NotCountersigned as error:
            refused.append(f"«{name}», que es {document}: {error}")
    with register.writing(db):
        for document, content, signed in good:
            told = {
                "signer": signed.signer,
                "role": signed.role,
                "issuer": signed.issuer,
                "certificate_sha256": signed.certificate_sha256,
                "signed_at": None if signed.at is None else signed.at.isoformat(),
                "stamped": signed.stamped,
                "trusted": signed.trusted,
            }
            new = register.keep_returned(db, store, document, content, "countersigned", _read_from(listed), signed=told)
            again, judged = "" if new else ", ya estaba", JUDGED[signed.trusted]
            log.info("%s: %s, firmado por %s (%s)%s", listed.key, document, signed.signer, judged, again)
        if refused or not good:
            _refuse(db, listed, run_id, "; ".join([*refused, *([] if good else unknown)]) or _no_pdf(came.others))


def _roots(contract_id: str, stores: Stores) -> Sequence[asn1_x509.Certificate]:
    """Whom the contract trusts to say who the supervisor is; nobody where its file cannot be used, or is no more."""
    from service_reports.audit.signatures import roots_of

    try:
        named = stores.contract(contract_id).signing.supervisor_roots
    except UnknownContract:
        return ()
    return [root for pem in named for root in roots_of(pem.encode())]


def _no_pdf(named: Sequence[str]) -> str:
    if not named:
        return "no trae ningún PDF"
    return f"no trae ningún PDF, sino {', '.join(named)}: pida que adjunte los PDF"


def _refuse(db: Connection, listed: Listed, run_id: str, reason: str) -> None:
    with register.writing(db):
        register.note_refused(db, _read_from(listed), reason)
        detail = f"Un archivo devuelto que no se registró: {reason}"
        add_observation(db, Observation("delivery.return_refused", SCOPE, listed.key, "alert", detail), run_id)


def _read_from(listed: Listed) -> dict[str, str]:
    return {"object_key": listed.key, "etag": listed.etag}


def _register_scanned(db: Connection, store: Archive, params: Mapping[str, Any], by: str) -> None:
    """Register a page that was signed by hand, on the word of a person; nothing where the form is empty."""
    said = {name: str(params.get(name) or "").strip() for name in FIELDS}
    if not any(said.values()):
        return
    if lacking := [f"«{title}»" for name, title in FIELDS.items() if not said[name]]:
        raise FormRefused(f"Para registrar una página firmada a mano falta {', '.join(lacking)}: llene todo, o nada")
    number = str(params.get("version") or "").strip()
    if number and not (number.isdecimal() and len(number) < 5):  # noqa: PLR2004 (nobody corrects so often)
        raise FormRefused(f"«Versión» es un número, como lo dice el pie de página; no «{number}»")
    version = int(number) if number else register.latest_registered(db, said["contrato"], said["informe"])
    document = None
    if version is not None:
        document = register.document_of_code(db, said["contrato"], said["informe"], version, said["codigo"])
    if document is None:
        raise FormRefused(
            f"No se emitió ningún documento con el código «{said['codigo']}» en el informe {said['informe']} de "
            f"«{said['contrato']}»{f', versión {version}' if version else ''}: copie el código del pie de página"
        )
    key = PREFIX + said["archivo"].removeprefix(PREFIX)
    listed = next((each for each in store.listed(key) if each.key == key), None)
    if listed is None:
        raise FormRefused(f"No hay ningún archivo «{key}» en el bucket del archivo: déjelo ahí con ese nombre")
    if listed.size_bytes > MOST_BYTES:
        raise FormRefused(f"«{key}» mide {listed.size_bytes} bytes, y se leen hasta {MOST_BYTES}")
    content = store.read(key)
    if not content.startswith(SCANNED_FORMS):
        raise FormRefused(f"«{key}» no es un PDF ni una imagen de las usuales: guarde la copia como PDF")
    read_from = _read_from(listed)
    new = register.keep_returned(db, store, document, content, "scanned", read_from, by=by, why=said["motivo"])
    log.info("%s: copia de %s firmado a mano, registrada por %s%s", key, document, by, "" if new else "; ya estaba")
