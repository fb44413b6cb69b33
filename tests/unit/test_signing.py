"""The vendor certifies, the supervisor countersigns, and both signatures hold without us."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from reportlab.platypus import Flowable, PageBreak

from service_reports.documents.engine.page import (
    PageFurniture,
    SignatureBlocks,
    SignatureBoxes,
    SignatureText,
    print_pdf,
)
from service_reports.documents.engine.story import Story
from service_reports.signing import (
    SUPERVISOR_FIELD,
    VENDOR_FIELD,
    SigningError,
    SigningKey,
    SigningKeyError,
    load_signing_key,
)
from tests.throwaway_keys import (
    DAY,
    NOW,
    PASSPHRASE,
    Authority,
    certificate_builder,
    countersign,
    made_authority,
    name_of,
    sign,
    statuses,
    usage,
)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return made_authority()


@pytest.fixture(scope="module")
def vendor(authority: Authority) -> SigningKey:
    return load_signing_key(authority.issue("SMART TMT S.A.S."), PASSPHRASE)


@pytest.fixture(scope="module")
def report() -> bytes:
    """Two pages with both fields for signatures on the second, as the reports are printed."""
    return printed(SignatureBlocks([SIGNER, SIGNER], SignatureBoxes()))


SIGNER = SignatureText("Firma", "Cargo", "Organización", "IG-01", ("Firma electrónica",), ("Fecha de la firma:",))


def printed(*ends: Flowable) -> bytes:
    story = Story()
    story.section("Informe de Gestión")
    story.add(PageBreak())
    story.section("Firmas")
    furniture = PageFurniture(
        contractor="C",
        title="T",
        code="IG-01",
        version="Versión 1",
        certification_mark=None,
        subject="S",
        metadata_title="M",
        dated=date(2026, 2, 23),
    )
    return print_pdf(furniture, [*story.flowables, *ends])


@pytest.fixture(scope="module")
def signed(report: bytes, vendor: SigningKey) -> bytes:
    return sign(report, vendor)


class TestTheSignature:
    def test_is_intact_trusted_and_covers_the_whole_file(self, signed: bytes, authority: Authority) -> None:
        (status,) = statuses(signed, authority)
        assert status.intact
        assert status.valid
        assert status.trusted
        assert status.docmdp_ok
        assert status.bottom_line
        assert status.modification_level is ModificationLevel.NONE

    def test_certifies_at_the_level_that_lets_the_supervisor_sign(self, signed: bytes) -> None:
        reader = PdfFileReader(BytesIO(signed))
        (signature,) = reader.embedded_signatures
        assert signature.field_name == VENDOR_FIELD
        assert signature.docmdp_level is MDPPerm.FILL_FORMS
        assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert "/Perms" in reader.root

    def test_says_why_where_and_when(self, report: bytes, authority: Authority, vendor: SigningKey) -> None:
        moment = NOW - timedelta(hours=3)
        pdf = sign(report, vendor, signed_at=moment)
        (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
        assert signature.sig_object["/Reason"] == "Emisión del informe 2026-01"
        assert signature.sig_object["/Location"] == "Bogotá, Colombia"
        assert signature.self_reported_timestamp == moment
        assert statuses(pdf, authority)[0].bottom_line

    def test_leaves_the_documents_bytes_as_they_were(self, report: bytes, signed: bytes) -> None:
        assert signed.startswith(report)

    def test_still_holds_after_the_supervisor_signed(self, signed: bytes, authority: Authority) -> None:
        vendor_status, supervisor_status = statuses(countersign(signed, authority), authority)
        assert vendor_status.bottom_line
        assert vendor_status.docmdp_ok
        assert vendor_status.modification_level is ModificationLevel.FORM_FILLING
        assert supervisor_status.bottom_line

    def test_breaks_when_a_byte_of_the_document_changes(self, signed: bytes, authority: Authority) -> None:
        tampered = bytearray(signed)
        tampered[signed.index(b"lcms")] ^= 1  # in the colour profile
        (status,) = statuses(bytes(tampered), authority)
        assert not status.intact

    @pytest.mark.parametrize("key_of", [lambda: rsa.generate_private_key(65537, 2048)], ids=["rsa-2048"])
    def test_may_use_rsa(self, report: bytes, authority: Authority, key_of: Callable[[], rsa.RSAPrivateKey]) -> None:
        key = load_signing_key(authority.issue("SMART TMT S.A.S.", key=key_of()), PASSPHRASE)
        assert statuses(sign(report, key), authority)[0].bottom_line

    def test_is_refused_outside_the_certificates_validity(self, report: bytes, vendor: SigningKey) -> None:
        with pytest.raises(SigningKeyError, match="venció"):
            sign(report, vendor, signed_at=NOW + 366 * DAY)

    def test_is_refused_on_what_is_no_pdf(self, vendor: SigningKey) -> None:
        with pytest.raises(SigningError, match="no se puede firmar"):
            sign(b"no es un PDF", vendor)

    def test_is_refused_on_a_report_already_certified(self, signed: bytes, vendor: SigningKey) -> None:
        with pytest.raises(SigningError, match="no se puede firmar"):
            sign(signed, vendor)

    def test_is_refused_on_what_has_no_fields_for_it(self, vendor: SigningKey) -> None:
        with pytest.raises(SigningError, match="le falta vacío el campo de firma FirmaContratista, FirmaSupervisor"):
            sign(printed(), vendor)

    def test_adds_no_field_and_leaves_each_in_the_structure(self, signed: bytes, authority: Authority) -> None:
        for content in (signed, countersign(signed, authority)):
            with pikepdf.open(BytesIO(content)) as pdf:
                fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
                assert list(fields) == [VENDOR_FIELD, SUPERVISOR_FIELD]
                keys = [int(field.StructParent) for field in fields.values()]
                owners = dict(zip(*[iter(pdf.Root.StructTreeRoot.ParentTree.Nums)] * 2, strict=True))
                for key, field in zip(keys, fields.values(), strict=True):
                    assert owners[key].S == "/Form"
                    assert owners[key].K.Obj.T == field.T
                    assert field.TU
                    assert field.F == 4


class TestTheKey:
    def test_knows_its_owner_and_its_validity(self, vendor: SigningKey) -> None:
        assert vendor.signer_name == "SMART TMT S.A.S."
        assert (vendor.valid_from, vendor.valid_to) == (NOW - DAY, NOW + 365 * DAY)
        assert len(vendor.chain) == 1
        assert len(bytes.fromhex(vendor.fingerprint)) == 32

    def test_is_not_shown_by_repr(self, vendor: SigningKey) -> None:
        assert "private_key" not in repr(vendor)

    def test_may_come_without_a_passphrase(self, authority: Authority) -> None:
        assert load_signing_key(authority.issue("SMART TMT S.A.S.", passphrase=""), "").signer_name

    def test_may_be_encrypted_as_it_was_done_for_decades(self, authority: Authority) -> None:
        """Certification bodies still hand out Triple DES with a MAC of SHA-1."""
        key, certificate, others = pkcs12.load_key_and_certificates(
            authority.issue("SMART TMT S.A.S.", passphrase=""), b""
        )
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        old = (
            PrivateFormat.PKCS12.encryption_builder()
            .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            .hmac_hash(hashes.SHA1())
            .build(PASSPHRASE.encode())
        )
        archive = pkcs12.serialize_key_and_certificates(b"firma", key, certificate, others, old)
        assert load_signing_key(archive, PASSPHRASE).signer_name == "SMART TMT S.A.S."

    @pytest.mark.parametrize("content", [b"", b"texto", b"\x30\x03\x02\x01\x03"])
    def test_that_is_unreadable_is_told(self, content: bytes) -> None:
        with pytest.raises(SigningKeyError, match=r"no es un PKCS#12 legible \(\d+ bytes\)"):
            load_signing_key(content, PASSPHRASE)

    @pytest.mark.parametrize("passphrase", ["otra", ""])
    def test_with_another_passphrase_is_told_without_repeating_it(self, authority: Authority, passphrase: str) -> None:
        with pytest.raises(SigningKeyError, match="la contraseña de la conexión no abre el PKCS#12") as caught:
            load_signing_key(authority.issue("SMART TMT S.A.S."), passphrase)
        assert "otra" not in str(caught.value)

    def test_without_a_private_key_is_told(self, authority: Authority) -> None:
        archive = pkcs12.serialize_key_and_certificates(b"x", None, None, [authority.certificate], NoEncryption())
        with pytest.raises(SigningKeyError, match="no trae la clave privada"):
            load_signing_key(archive, "")

    def test_without_a_certificate_is_told(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        archive = pkcs12.serialize_key_and_certificates(b"x", key, None, None, NoEncryption())
        with pytest.raises(SigningKeyError, match="no trae el certificado de su clave"):
            load_signing_key(archive, "")

    def test_that_has_expired_gives_both_dates(self, authority: Authority) -> None:
        start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
        archive = authority.issue("SMART TMT S.A.S.", valid_from=start, valid_to=end)
        with pytest.raises(SigningKeyError, match="venció: sirve del 2020-01-01 00:00 al 2021-01-01 00:00 UTC"):
            load_signing_key(archive, PASSPHRASE)
        assert load_signing_key(archive, PASSPHRASE, at=datetime(2020, 6, 1, tzinfo=UTC))

    def test_that_is_not_valid_yet_gives_both_dates(self, authority: Authority) -> None:
        start, end = datetime(2090, 1, 1, tzinfo=UTC), datetime(2091, 1, 1, tzinfo=UTC)
        archive = authority.issue("SMART TMT S.A.S.", valid_from=start, valid_to=end)
        with pytest.raises(SigningKeyError, match=r"todavía no sirve el .* del 2090-01-01 00:00 al 2091-01-01"):
            load_signing_key(archive, PASSPHRASE)

    @pytest.mark.parametrize(("digital_signature", "content_commitment"), [(True, False), (False, True), (True, True)])
    def test_for_signing_may_state_either_use(
        self, authority: Authority, digital_signature: bool, content_commitment: bool
    ) -> None:
        archive = authority.issue(
            "SMART TMT S.A.S.", digital_signature=digital_signature, content_commitment=content_commitment
        )
        assert load_signing_key(archive, PASSPHRASE)

    @pytest.mark.parametrize("state_usage", [True, False])
    def test_for_another_use_is_refused(self, authority: Authority, state_usage: bool) -> None:
        archive = authority.issue(
            "SMART TMT S.A.S.", digital_signature=False, content_commitment=False, state_usage=state_usage
        )
        with pytest.raises(SigningKeyError, match="no declara el uso `digitalSignature` ni `nonRepudiation`"):
            load_signing_key(archive, PASSPHRASE)

    def test_that_is_too_short_is_refused(self, authority: Authority) -> None:
        weak = rsa.generate_private_key(65537, 1024)
        with pytest.raises(
            SigningKeyError, match="la clave RSA tiene 1024 bits: use un certificado con una de 2048 o más"
        ):
            load_signing_key(authority.issue("SMART TMT S.A.S.", key=weak), PASSPHRASE)

    def test_of_another_kind_is_refused(self, authority: Authority) -> None:
        archive = authority.issue("SMART TMT S.A.S.", key=ed25519.Ed25519PrivateKey.generate())
        with pytest.raises(SigningKeyError, match=r"no se acepta una clave .*: use una RSA o de curva elíptica"):
            load_signing_key(archive, PASSPHRASE)


def run(*command: str) -> str:
    """The output of a system program; absent, it skips the test, or fails it in CI."""
    if shutil.which(command[0]) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{command[0]} is not installed")
        pytest.skip(f"{command[0]} is not installed")
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.mark.system
class TestOtherPeoplesPrograms:
    def test_poppler_sees_one_valid_signature_and_one_empty_field(self, signed: bytes, tmp_path: Path) -> None:
        path = tmp_path / "signed.pdf"
        path.write_bytes(signed)
        seen = run("pdfsig", "-nocert", str(path))
        assert "Signature is Valid" in seen
        assert "Total document signed" in seen
        assert f"Signature Field Name: {SUPERVISOR_FIELD}\n  The signature form field is not signed" in seen

    def test_poppler_sees_two_valid_signatures_after_the_supervisor(
        self, signed: bytes, authority: Authority, tmp_path: Path
    ) -> None:
        path = tmp_path / "countersigned.pdf"
        path.write_bytes(countersign(signed, authority))
        assert run("pdfsig", "-nocert", str(path)).count("Signature is Valid") == 2

    def test_qpdf_finds_no_damage(self, signed: bytes, tmp_path: Path) -> None:
        path = tmp_path / "signed.pdf"
        path.write_bytes(signed)
        assert "No syntax or stream encoding errors found" in run("qpdf", "--check", str(path))

    def test_every_font_is_embedded(self, signed: bytes, tmp_path: Path) -> None:
        path = tmp_path / "signed.pdf"
        path.write_bytes(signed)
        fonts = [line.split() for line in run("pdffonts", str(path)).splitlines()[2:]]
        assert fonts
        assert all(font[-5] == "yes" for font in fonts)

    def test_the_stamp_is_readable_on_its_page(self, signed: bytes, tmp_path: Path) -> None:
        path = tmp_path / "signed.pdf"
        path.write_bytes(signed)
        text = run("pdftotext", "-f", "2", "-layout", str(path), "-")
        assert "Firmado electrónicamente por" in text
        assert "SMART TMT S.A.S." in text
        assert "(Bogotá, UTC−5)" in text


class Body(NamedTuple):
    """A certification body that another one vouches for, or nobody."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def body(
    name: str,
    above: Body | None = None,
    *,
    authority: bool = True,
    valid_to: datetime = NOW + 3650 * DAY,
) -> Body:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = above.certificate.subject if above else name_of(name)
    certificate = (
        certificate_builder(name, issuer, key.public_key(), NOW - 3650 * DAY, valid_to)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage(key_cert_sign=authority, digital_signature=not authority), critical=True)
        .sign(above.key if above else key, hashes.SHA256())
    )
    return Body(key, certificate)


def signer_of(
    issuer: Body,
    *carried: Body,
    key: ec.EllipticCurvePrivateKey | None = None,
    purposes: list[x509.ObjectIdentifier] | None = None,
) -> bytes:
    """A PKCS#12 of a certificate that a body issued, carrying some of those above it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = certificate_builder(
        "Firma", issuer.certificate.subject, key.public_key(), NOW - DAY, NOW + 365 * DAY
    ).add_extension(usage(digital_signature=True), critical=True)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    certificate = builder.sign(issuer.key, hashes.SHA256())
    chain = [each.certificate for each in carried] or None
    return pkcs12.serialize_key_and_certificates(b"firma", key, certificate, chain, BestAvailableEncryption(b"x"))


@pytest.fixture(scope="module")
def root() -> Body:
    return body("Raíz")


@pytest.fixture(scope="module")
def between(root: Body) -> Body:
    return body("Subordinada", root)


class TestAChain:
    def test_is_ordered_up_to_its_root_whatever_the_file_has_beside(self, root: Body, between: Body) -> None:
        key = load_signing_key(signer_of(between, root, body("Otra"), between), "x")
        assert key.chain == (between.certificate, root.certificate)

    @pytest.mark.parametrize(
        ("carried", "missing"), [((), "CN=Subordinada"), (("between",), "CN=Raíz"), (("root",), "CN=Subordinada")]
    )
    def test_that_lacks_a_certificate_names_it(
        self, request: pytest.FixtureRequest, between: Body, carried: tuple[str, ...], missing: str
    ) -> None:
        file = signer_of(between, *map(request.getfixturevalue, carried))
        with pytest.raises(SigningKeyError, match=rf"falta el certificado de «{missing}».*extra `chain`"):
            load_signing_key(file, "x")

    def test_that_lacks_certificates_is_completed_by_those_of_the_connection(self, root: Body, between: Body) -> None:
        pem = "".join(each.certificate.public_bytes(Encoding.PEM).decode() for each in (root, between))
        assert load_signing_key(signer_of(between), "x", above=pem).chain == (between.certificate, root.certificate)
        with pytest.raises(SigningKeyError, match="`chain` no es una lista de certificados en PEM"):
            load_signing_key(signer_of(between), "x", above="-----BEGIN")

    def test_through_another_body_of_the_same_name_is_none(self, between: Body) -> None:
        with pytest.raises(SigningKeyError, match="falta el certificado de «CN=Raíz»"):
            load_signing_key(signer_of(between, between, body("Raíz")), "x")

    def test_through_one_that_may_not_issue_is_refused(self, root: Body) -> None:
        person = body("Persona", root, authority=False)
        with pytest.raises(SigningKeyError, match="no lleva a su raíz «CN=Raíz»"):
            load_signing_key(signer_of(person, person, root), "x")

    def test_through_one_that_has_expired_is_refused(self, root: Body) -> None:
        old = body("Vencida", root, valid_to=NOW - DAY)
        with pytest.raises(SigningKeyError, match="venció"):
            load_signing_key(signer_of(old, old, root), "x")

    def test_ends_when_the_first_of_it_ends(self, root: Body) -> None:
        short = body("Corta", root, valid_to=NOW + 20 * DAY)
        assert load_signing_key(signer_of(short, short, root), "x").usable_until == NOW + 20 * DAY

    @pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
    def test_with_a_weak_hash_is_refused(self, root: Body, tmp_path: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder().subject_name(name_of("Antigua")).sign(key, hashes.SHA256())
        (tmp_path / "root.key").write_bytes(root.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
        (tmp_path / "extensions").write_text("keyUsage=critical,digitalSignature")
        subprocess.run(
            [
                "openssl",
                "x509",
                "-req",
                "-sha1",
                "-CA",
                "root.pem",
                "-CAkey",
                "root.key",
                "-days",
                "30",
                "-extfile",
                "extensions",
                "-out",
                "weak.pem",
            ],
            cwd=tmp_path,
            input=request.public_bytes(Encoding.PEM),
            check=True,
            capture_output=True,
        )
        weak = x509.load_pem_x509_certificate((tmp_path / "weak.pem").read_bytes())
        file = pkcs12.serialize_key_and_certificates(
            b"firma", key, weak, [root.certificate], BestAvailableEncryption(b"x")
        )
        with pytest.raises(SigningKeyError, match="firmado con SHA1"):
            load_signing_key(file, "x")

    def test_of_one_that_vouches_for_itself_is_refused(self) -> None:
        itself = body("Yo", authority=False)
        file = pkcs12.serialize_key_and_certificates(
            b"firma", itself.key, itself.certificate, None, BestAvailableEncryption(b"x")
        )
        with pytest.raises(SigningKeyError, match="se firmó a sí mismo"):
            load_signing_key(file, "x")


@pytest.mark.parametrize("purposes", [["1.3.6.1.5.5.7.3.1"], ["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.8"]])
def test_a_certificate_of_a_server_or_of_code_signs_no_report(purposes: list[str]) -> None:
    root = body("Raíz")
    with pytest.raises(SigningKeyError, match="para otros fines"):
        load_signing_key(signer_of(root, root, purposes=list(map(x509.ObjectIdentifier, purposes))), "x")
    for accepted in ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"):
        both = [*map(x509.ObjectIdentifier, (purposes[0], accepted))]
        assert load_signing_key(signer_of(root, root, purposes=both), "x")


def test_a_curve_that_programs_do_not_know_is_refused() -> None:
    root = body("Raíz")
    with pytest.raises(SigningKeyError, match="no se acepta la curva secp256k1"):
        load_signing_key(signer_of(root, root, key=ec.generate_private_key(ec.SECP256K1())), "x")
