"""A signature carries what it takes to check it for years, when nobody answers any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from sandbox.pki import Pki, serving
from service_reports.audit.levels import Level
from service_reports.audit.signatures import Signature, roots_of, signatures_of, vendors
from service_reports.contracts import SIGNATURE_LEVELS, SignatureLevel
from service_reports.documents.engine.page import SignatureBlocks, SignatureBoxes
from service_reports.signing import (
    Authorities,
    AuthorityUnreachable,
    Signed,
    SigningError,
    SigningKey,
    SigningKeyError,
    TimeStampError,
    extend,
    load_signing_key,
    sign_at_level,
    trusted_certificates,
)
from service_reports.signing.pkcs11_token import load_token_key
from tests.throwaway_keys import countersign, made_authority
from tests.tokens import made_token, put, softhsm
from tests.unit.test_signing import SIGNER, printed

NOW = datetime.now(UTC)
YEARS = timedelta(days=365)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pki]:
    with serving(tmp_path_factory.mktemp("pki")) as body:
        yield body


@pytest.fixture
def answering(pki: Pki) -> Iterator[Pki]:
    """The body, of which a test may put services down."""
    yield pki
    pki.down.clear()


@pytest.fixture(scope="module")
def report() -> bytes:
    return printed(SignatureBlocks([SIGNER, SIGNER], SignatureBoxes()))


@pytest.fixture(scope="module")
def archived(report: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, bytes]:
    """A report at B-LTA, stamped by an authority that ends, the same renewed by another, and the root of a body that is
    no more."""
    with serving(tmp_path_factory.mktemp("gone")) as body:
        ending = signed(report, body, "B-LTA", stamps="tsa-that-ends").content
        renewed = extend(ending, "B-LTA", authorities(body))
        return ending, renewed, body.pem("root").encode()


def authorities(body: Pki, stamps: str = "tsa") -> Authorities:
    stamper = RequestsHTTPTimeStamper(body.time_stamps(stamps), timeout=10)
    return Authorities(stamper, trusted_certificates(body.pem("root")), timeout_seconds=10)


def signed(
    report: bytes,
    body: Pki,
    level: SignatureLevel,
    *,
    by: str | SigningKey = "signer",
    degrade: bool = False,
    stamps: str = "tsa",
) -> Signed:
    return sign_at_level(
        report,
        load_signing_key(body.pkcs12(by, "x"), "x") if isinstance(by, str) else by,
        level,
        authorities(body, stamps),
        degrade=degrade,
        reason="Emisión del informe 2026-01",
        location="Colombia",
        signed_at=NOW,
    )


def read(content: bytes, roots: bytes, at: datetime = NOW) -> Signature:
    found = vendors(signatures_of(content, roots_of(roots), at))
    assert found is not None
    assert found.intact
    assert not found.changed_since
    return found


def level(content: bytes, body: Pki) -> Level:
    return read(content, body.pem("root").encode()).reached


@pytest.mark.parametrize("asked", SIGNATURE_LEVELS)
def test_whoever_checks_finds_the_level_that_was_asked_for(report: bytes, pki: Pki, asked: SignatureLevel) -> None:
    made = signed(report, pki, asked)
    found = level(made.content, pki)
    assert (made.level, made.lacking) == (asked, None)
    assert (found.carried, found.holds) == (asked, True)
    assert made.content.startswith(report)
    assert (found.proven_at is None) == (asked == "B-B")


@pytest.mark.system
def test_a_key_in_a_token_reaches_the_level_with_one_signature_a_report(
    report: bytes, pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = put(made_token(softhsm(tmp_path, monkeypatch), "aire"), pki.pkcs12("signer", "x"), "firma", passphrase="x")
    key, asked = load_token_key(held), list[bytes]()

    def sign(content: bytes) -> bytes:
        asked.append(content)
        return key.sign(content)

    assert level(signed(report, pki, "B-LTA", by=replace(key, sign=sign)).content, pki).carried == "B-LTA"
    assert len(asked) == 1


def test_with_the_body_gone_a_report_holds_after_ten_years_where_it_was_stamped_again(
    archived: tuple[bytes, bytes, bytes],
) -> None:
    ending, renewed, root = archived
    assert read(ending, root, NOW + YEARS).reached.holds
    assert read(ending, root, NOW + 10 * YEARS).reached.holds is None
    assert read(renewed, root, NOW + 10 * YEARS).reached.holds
    assert renewed.startswith(ending)
    until = read(renewed, root).reached.until
    assert until is not None
    assert until.year == (NOW + 20 * YEARS).year


def test_a_level_is_not_believed_without_the_authoritys_root(archived: tuple[bytes, bytes, bytes], pki: Pki) -> None:
    _, renewed, _ = archived
    [none] = signatures_of(renewed, [], NOW)
    assert none.reached.holds is None
    [other] = signatures_of(renewed, roots_of(pki.pem("root").encode()), NOW)
    assert not other.reached.holds


def test_the_supervisor_signs_without_taking_the_level_away(archived: tuple[bytes, bytes, bytes]) -> None:
    _, renewed, root = archived
    found = read(countersign(renewed, made_authority()), root).reached
    assert (found.carried, found.holds) == ("B-LTA", True)


def test_what_was_told_of_the_certificates_cannot_be_changed(archived: tuple[bytes, bytes, bytes]) -> None:
    ending, _, root = archived
    place = PdfFileReader(BytesIO(ending)).root["/DSS"]["/OCSPs"].raw_get(0).idnum
    begin = ending.index(b"stream", ending.index(b"\n%d 0 obj" % place)) + 60
    changed = ending[:begin] + bytes([ending[begin] ^ 1]) + ending[begin + 1 :]
    [vendor] = signatures_of(changed, roots_of(root), NOW)
    assert not vendor.reached.holds


def test_a_revoked_certificate_signs_nothing_that_tells_of_revocation(report: bytes, pki: Pki) -> None:
    with pytest.raises(SigningError, match="fue revocado el"):
        signed(report, pki, "B-LT", by="revoked", degrade=True)


def test_an_expired_certificate_signs_nothing(report: bytes, pki: Pki) -> None:
    with pytest.raises(SigningKeyError, match="venció"):
        signed(report, pki, "B-T", by="expired", degrade=True)


def test_an_authority_whose_clock_is_wrong_is_refused_and_not_passed_over(report: bytes, tmp_path: Path) -> None:
    with serving(tmp_path, wrong=True) as body, pytest.raises(TimeStampError, match="difieren en más de cinco minutos"):
        signed(report, body, "B-T", degrade=True)


@pytest.mark.parametrize("down", [{"tsa"}, {"ocsp", "crls"}])
def test_where_an_authority_is_away_nothing_is_issued_unless_the_contract_lets(
    report: bytes, answering: Pki, down: set[str]
) -> None:
    answering.down.update(down)
    with pytest.raises(AuthorityUnreachable):
        signed(report, answering, "B-LTA")


@pytest.mark.parametrize(("down", "reached"), [({"tsa"}, "B-B"), ({"ocsp", "crls"}, "B-T")])
def test_what_was_issued_at_a_lower_level_is_completed_when_the_authority_answers(
    report: bytes, answering: Pki, down: set[str], reached: SignatureLevel
) -> None:
    answering.down.update(down)
    made = signed(report, answering, "B-LTA", degrade=True)
    assert made.level == reached
    assert made.lacking
    assert (level(made.content, answering).carried, level(made.content, answering).holds) == (reached, True)
    answering.down.clear()
    completed = extend(made.content, "B-LTA", authorities(answering))
    assert completed.startswith(made.content)
    assert (level(completed, answering).carried, level(completed, answering).holds) == ("B-LTA", True)


def test_revocation_lists_do_where_nobody_answers_for_one_certificate(report: bytes, answering: Pki) -> None:
    answering.down.add("ocsp")
    assert level(signed(report, answering, "B-LT").content, answering).holds


def test_a_report_without_a_time_stamp_gets_one_of_the_whole(report: bytes, pki: Pki) -> None:
    stamped = extend(signed(report, pki, "B-B").content, "B-T", authorities(pki))
    found = level(stamped, pki)
    assert (found.carried, found.holds) == ("B-T", True)
