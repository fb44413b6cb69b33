"""Everything that can be said of issued files without us: each check by name, with what it found.

Nothing is asked of a network. Without roots it cannot be told whose the key is that signed: that is said, and no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any

from asn1crypto import x509 as asn1_x509
from pyhanko.sign.fields import MDPPerm

from service_reports.audit.carried import ODD, Carried, NotOurs, TooLarge, open_report
from service_reports.audit.delivery import Reports
from service_reports.audit.hidden import hidden, misplaced
from service_reports.audit.levels import Level
from service_reports.audit.listing import misnamed
from service_reports.audit.printed import faults, printed_values, told_by_charts, unsaid, unseen
from service_reports.audit.recomputing import RULES_VERSION
from service_reports.audit.rows import NotReadable
from service_reports.audit.signatures import (
    NotSigned,
    Signature,
    signatures_of,
    supervisors,
    vendors,
)
from service_reports.documents.proof.reading import NotReadable as NotTagged
from service_reports.documents.signature_fields import SUPERVISOR_FIELD, VENDOR_FIELD

CARRIES: Mapping[str, str] = {
    "B-B": "la firma sola, sin sello de tiempo",
    "B-T": "con sello de tiempo",
    "B-LT": "con sello de tiempo y lo que se dijo de sus certificados",
    "B-LTA": "con sello de tiempo, lo que se dijo de sus certificados y un sello de todo ello",
}
"""What a signature of each level carries (PAdES, ETSI EN 319 142-1)."""
CLOCKS = timedelta(days=1)
"""By so much the clocks of who signs and who verifies may differ."""
SHOWN = 3
"""So many faults of a kind are told one by one."""
PDF = b"%PDF-"
BOGOTA = timezone(timedelta(hours=-5))
"""All the year; an auditor's computer may have no table of zones."""


@dataclass(frozen=True)
class Checked:
    """One check of one file; ``passed`` is ``None`` where it could not be told. ``detail`` is Spanish."""

    check: str
    file: str
    passed: bool | None
    detail: str


@dataclass(frozen=True)
class Verified:
    """All checks of some files; ``unreadable`` are files of which nothing can be said."""

    checks: tuple[Checked, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """0: all holds; 1: something does not; 2: something could not be told."""
        if any(each.passed is False for each in self.checks):
            return 1
        return 2 if self.unreadable or any(each.passed is None for each in self.checks) else 0


def verify(
    files: Mapping[str, bytes], roots: Sequence[asn1_x509.Certificate] = (), now: datetime | None = None
) -> Verified:
    """Check issued files by name: reports, and whatever else came with them; the files of one delivery.

    ``now`` is aware, by default the machine's: on it depends only whether a certificate of a time stamp has ended.
    """
    now = now or datetime.now(UTC)
    reports: list[Carried] = []
    others: dict[str, bytes] = {}
    unreadable: dict[str, str] = {}
    for name, content in files.items():
        try:
            reports.append(open_report(name, content))
        except TooLarge as error:
            unreadable[name] = str(error)
        except NotOurs as error:
            others[name] = content
            unreadable[name] = str(error)
    checks: list[Checked] = []
    named = _named_elsewhere(reports, others)
    signers: dict[str, Signature] = {}
    for report in reports:
        checks += _signed(report.name, report.content, roots, now, signers)
        checks += _of_report(report, reports)
    for name, content in others.items():
        if name in named:
            if content.startswith(PDF):
                checks += _signed(name, content, roots, now, signers)
            unreadable.pop(name)
        elif PDF in content[:1024]:
            checks += [
                each for each in _signed(name, content, roots, now, {}) if each.passed is False and _is_issued(content)
            ]
    checks += _of_delivery(reports, others, named)
    if len({each.certificate_sha256 for each in signers.values()}) > 1:
        who = "; ".join(f"{name}: {each.signer}, {each.certificate_sha256[:16]}…" for name, each in signers.items())
        detail = f"los documentos los firman certificados distintos: {who}"
        checks.append(Checked("delivery.one_signer", "", False, detail))
    return Verified(tuple(checks), tuple(unreadable.values()))


def _is_issued(content: bytes) -> bool:
    """Whether a PDF of which nothing could be read once had the vendor's field: others may be anything."""
    return VENDOR_FIELD.encode() in content


# Signatures


def _signed(
    name: str,
    content: bytes,
    roots: Sequence[asn1_x509.Certificate],
    now: datetime,
    signers: dict[str, Signature],
) -> Iterator[Checked]:
    try:
        found = signatures_of(content, roots, now)
    except NotSigned as error:
        yield Checked("signature", name, False, str(error))
        return
    vendor, supervisor = vendors(found), supervisors(found)
    strange = [each.field for each in found if each.field not in (VENDOR_FIELD, SUPERVISOR_FIELD)]
    if vendor is None:
        yield Checked("signature", name, False, "no tiene la firma del contratista")
        return
    signers[name] = vendor
    yield _intact(name, vendor, now)
    yield _certified(name, vendor)
    yield _unchanged(name, vendor, strange)
    yield _nothing_hidden(name, content, vendor)
    yield _trusted(name, vendor)
    yield _level(name, vendor.reached, roots, now)
    if supervisor is not None:
        yield _countersigned(name, supervisor, vendor)


def _countersigned(name: str, supervisor: Signature, vendor: Signature) -> Checked:
    """Whoever signs in the supervisor's field: only a root tells who that is."""
    if not supervisor.intact or supervisor.changed_since:
        return Checked("signature.supervisor", name, False, "la firma del supervisor no corresponde")
    if supervisor.certificate_sha256 == vendor.certificate_sha256:
        detail = "en el lugar del supervisor firmó el contratista, con su mismo certificado"
        return Checked("signature.supervisor", name, False, detail)
    if supervisor.at and vendor.at and supervisor.at < vendor.at - CLOCKS:
        detail = f"la firma del supervisor dice ser del {supervisor.at.astimezone(BOGOTA):%d/%m/%Y}, y lo que firma es "
        detail += f"del {vendor.at.astimezone(BOGOTA):%d/%m/%Y}: esa fecha no es verdad"
        return Checked("signature.supervisor", name, False, detail)
    who = f"{supervisor.signer}, con certificado de {supervisor.issuer} (SHA-256 {supervisor.certificate_sha256})"
    said = f"la firmó además {who}{_when(supervisor)}"
    if supervisor.trusted:
        return Checked("signature.supervisor", name, True, said)
    why = "no se dieron raíces (--roots): no se juzgó" if supervisor.trusted is None else "no lleva a una raíz dada:"
    return Checked("signature.supervisor", name, None, f"{said}; {why} de quién es")


def _when(signature: Signature) -> str:
    if signature.at is None:
        return ", sin fecha"
    by = "según un sello de tiempo" if signature.stamped else "según el reloj de quien firmó"
    return f", el {signature.at.astimezone(BOGOTA):%d/%m/%Y a las %H:%M} (hora de Bogotá), {by}"


def _intact(name: str, vendor: Signature, now: datetime) -> Checked:
    if not vendor.intact:
        return Checked("signature", name, False, "lo firmado no es lo que hay en el archivo: fue cambiado")
    if vendor.at is not None and vendor.at > now + CLOCKS:
        return Checked("signature", name, False, f"la firma dice ser de un día que no ha llegado{_when(vendor)}")
    return Checked("signature", name, True, f"la firmó {vendor.signer}{_when(vendor)}")


def _certified(name: str, vendor: Signature) -> Checked:
    if vendor.level is not MDPPerm.FILL_FORMS:
        return Checked("signature.certification", name, False, "la firma no certifica el documento como se emite")
    return Checked("signature.certification", name, True, "certificado; después solo se puede firmar y llenar campos")


def _unchanged(name: str, vendor: Signature, strange: Sequence[str]) -> Checked:
    if vendor.changed_since or strange:
        what = f"se le añadió la firma {', '.join(strange)}" if strange else "se le añadió algo que la firma no permite"
        told = f": {vendor.changed_since}" if vendor.changed_since else ""
        return Checked("signature.unchanged", name, False, f"después de firmado {what}{told}")
    if not vendor.intact:
        return Checked("signature.unchanged", name, None, "lo firmado ya no es lo que era: no se sabe qué vino después")
    return Checked("signature.unchanged", name, True, "después de firmado no cambió más que lo permitido")


def _nothing_hidden(name: str, content: bytes, vendor: Signature) -> Checked:
    """Of what the vendor signed; what came later is looked at piece by piece."""
    try:
        found = [*misplaced(content), *hidden(content[: vendor.covers])]
    except ODD:
        found = ["no se puede leer lo que se firmó"]
    return _listed("hidden", name, found, "nada se ejecuta, se oculta ni tapa las páginas")


def _trusted(name: str, vendor: Signature) -> Checked:
    who = f"el certificado de {vendor.signer}, expedido por {vendor.issuer} (SHA-256 {vendor.certificate_sha256})"
    if not vendor.intact:
        return Checked("signature.path", name, None, f"lo firmado ya no es lo que era: no se mira a quién lleva {who}")
    if vendor.trusted is None:
        return Checked("signature.path", name, None, f"no se dieron raíces (--roots): no se sabe de quién es {who}")
    if not vendor.trusted:
        return Checked("signature.path", name, False, f"{who}, no lleva a ninguna de las raíces dadas")
    told = vendor.reached.carried in ("B-LT", "B-LTA") and vendor.reached.holds
    led = "lleva a una de las raíces dadas" + ("; no estaba revocado" if told else "; no se consultó si fue revocado")
    return Checked("signature.path", name, True, f"{who}, {led}")


def _level(name: str, level: Level, roots: Sequence[asn1_x509.Certificate], now: datetime) -> Checked:
    """What the signature carries to be checked later, and whether that holds."""
    said = f"{level.carried}: {CARRIES[level.carried]}"
    if level.proven_at is not None:
        said += f"; existía el {level.proven_at.astimezone(BOGOTA):%d/%m/%Y a las %H:%M} (hora de Bogotá)"
    if level.holds is None:
        if not roots:
            why = "no se dieron raíces (--roots), y no se sabe de quién son los sellos"
        elif level.until is not None and level.until < now:
            why = f"el certificado del último sello terminó el {level.until:%d/%m/%Y} sin que se renovara"
        else:
            why = "los sellos no llevan a ninguna de las raíces dadas"
        return Checked("signature.level", name, None, f"{said}; {why}")
    if not level.holds:
        return Checked("signature.level", name, False, f"{said}; no vale: fue cambiado, o no es de esta firma")
    if level.until is not None:
        said += f"; el último sello sirve hasta el {level.until:%d/%m/%Y}"
    return Checked("signature.level", name, True, said)


# What one report says


def _of_report(report: Carried, reports: Sequence[Carried]) -> Iterator[Checked]:
    yield _told(report, "manifest", report.manifest_faults(), f"{len(report.files) - 1} adjuntos con su huella")
    same = [each for each in reports if each is not report and _delivery(each) == _delivery(report)]
    together = Reports([report, *same])
    try:
        wrong, counted, apart = _figures_again(together)
        wrong += [f"falta {each}, que las filas dan" for each in together.recomputed.unlisted(report.figures)]
        wrong += misnamed(report.figures)
    except (NotReadable, *ODD) as error:
        reason = str(error) if isinstance(error, NotReadable) else "las filas no son lo que deben"
        yield Checked("figures", report.name, False, reason)
    else:
        right = f"{counted} cifras calculadas de nuevo desde las filas, iguales"
        if wrong and report.rules_version != RULES_VERSION:
            detail = f"{len(wrong)} cifras son otras con las reglas {RULES_VERSION} de este programa, y el informe se "
            detail += f"emitió con las {report.rules_version}: compruébelas con la versión que dice origin.json"
            yield Checked("figures", report.name, None, detail)
        else:
            yield _told(report, "figures", wrong, right)
        if apart:
            places = sorted({place for figure_id in apart for place in together.places(figure_id)})
            detail = f"{len(apart)} cifras se apoyan en filas que están en {', '.join(places)}: dé también ese archivo"
            yield Checked("figures.elsewhere", report.name, None, detail)
    try:
        printed = printed_values(report.content)
        content, figures = report.content, report.figures
        wrong = [*faults(printed, figures), *told_by_charts(content, figures), *unsaid(content), *unseen(content)]
    except (NotTagged, NotReadable, *ODD) as error:
        told = str(error) if isinstance(error, NotTagged | NotReadable) else "su texto no se puede leer"
        yield Checked("printed", report.name, False, told)
    else:
        yield _told(report, "printed", wrong, f"{len(printed)} números impresos, como sus cifras")


def _figures_again(reports: Reports) -> tuple[list[str], int, list[str]]:
    """What is another when it is computed again, how many figures are the same, and those that cannot be computed."""
    wrong, apart, counted = [], [], 0
    for figure in reports.reports[0].figures.values():
        if reports.recomputed.lacking(figure.id):
            apart.append(figure.id)
            continue
        again = reports.recomputed.value(figure.id)
        if again == figure.value:
            counted += 1
        else:
            told = "no la da ninguna regla" if again is None else f"las filas dan {again:f}"
            wrong.append(f"{figure.id} es {figure.value:f} en el informe y {told}")
    return wrong, counted, apart


def _told(report: Carried, check: str, wrong: Iterable[str], right: str) -> Checked:
    return _listed(check, report.name, wrong, right)


def _listed(check: str, name: str, wrong: Iterable[str], right: str) -> Checked:
    listed = list(wrong)
    if not listed:
        return Checked(check, name, True, right)
    more = f"; y {len(listed) - SHOWN} más" if len(listed) > SHOWN else ""
    return Checked(check, name, False, "; ".join(islice(listed, SHOWN)) + more)


# The files of one delivery against each other


def _delivery(report: Carried) -> Mapping[str, Any]:
    told: Mapping[str, Any] = report.manifest["delivery"]
    return told


def _named_elsewhere(reports: Sequence[Carried], others: Mapping[str, bytes]) -> dict[str, bool]:
    """Of the files that are no reports, those that a report names, by hash or failing that by their name."""
    found = {}
    for name, content in others.items():
        told = [each for report in reports for each in report.manifest["documents"]]
        if any(_is(content, each) for each in told):
            found[name] = True
        elif any(each["file"] == name for each in told):
            found[name] = False
    return found


def _is(content: bytes, told: Mapping[str, Any]) -> bool:
    """Whether a file is a document that a manifest names: whole, or what was printed of a signed one."""
    size = int(told["size_bytes"])
    if told["of"] == "file" and len(content) != size:
        return False
    return hashlib.sha256(content[:size]).hexdigest() == str(told["sha256"])


def _of_delivery(
    reports: Sequence[Carried], others: Mapping[str, bytes], named: Mapping[str, bool]
) -> Iterator[Checked]:
    first = _delivery(reports[0]) if reports else {}
    for report in reports[1:]:
        if _delivery(report) != first:
            told = _delivery(report)
            detail = (
                f"es del contrato {told['contract']}, informe {told['report']}, versión {told['version']}; "
                f"{reports[0].name} es del {first['contract']}, informe {first['report']}, versión {first['version']}"
            )
            if [told[key] for key in ("contract", "report", "version")] == [
                first[key] for key in ("contract", "report", "version")
            ]:
                detail = f"dice ser de la misma entrega que {reports[0].name}, y sus cifras son otras"
            yield Checked("delivery.same", report.name, False, detail)
    yield from _documents(reports, others, named)
    yield from _missing(reports, others)


def _documents(reports: Sequence[Carried], others: Mapping[str, bytes], named: Mapping[str, bool]) -> Iterator[Checked]:
    """Whether each document is the one that a report names."""
    for report in reports:
        for other in reports:
            named_so = next((each for each in other.manifest["documents"] if each["code"] == report.code), None)
            if named_so is None or _delivery(report) != _delivery(other):
                continue
            good = _is(report.content, named_so)
            detail = f"es el que {other.name} nombra" if good else f"no es el que {other.name} nombra por su huella"
            yield Checked("delivery.document", report.name, good, detail)
    for name in others:
        if name in named:
            good = named[name]
            detail = "es el de esta entrega, por su huella"
            if not good:
                detail = "lleva el nombre de uno de esta entrega, y es otro"
            yield Checked("delivery.document", name, good, detail)


def _missing(reports: Sequence[Carried], others: Mapping[str, bytes]) -> Iterator[Checked]:
    """The documents that the reports name and nobody gave, under their name or another."""
    given = {**others, **{report.name: report.content for report in reports}}
    told = {each["file"]: each for report in reports for each in report.manifest["documents"]}
    lacking = sorted(
        name
        for name, each in told.items()
        if name not in given and not any(_is(content, each) for content in given.values())
    )
    if lacking:
        detail = f"no se dieron todos los documentos; falta {', '.join(lacking)}"
        yield Checked("delivery.whole", "", None, detail)
