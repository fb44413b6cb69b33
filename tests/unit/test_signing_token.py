"""A key in a token signs as one in a file does, and what is wrong with it is told so that somebody can mend it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from service_reports.documents.engine.page import SignatureBlocks, SignatureBoxes
from service_reports.signing import SigningKeyAway, SigningKeyError, load_signing_key, pkcs11_token
from service_reports.signing.pkcs11_token import Token, load_token_key
from service_reports_airflow.signing_key import KeyAway, KeyRefused, Pkcs11Hook
from tests.throwaway_keys import DAY, NOW, PASSPHRASE, Authority, made_authority, sign, statuses
from tests.tokens import PIN, made_token, put, softhsm
from tests.unit.test_signing import SIGNER, printed

pytestmark = pytest.mark.system
NAME = "SMART TMT S.A.S."


@pytest.fixture(scope="module")
def authority() -> Authority:
    return made_authority()


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Token:
    return made_token(softhsm(tmp_path, monkeypatch), "aire")


@pytest.mark.parametrize(
    ("key", "attributes"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), {}),
        (lambda: ec.generate_private_key(ec.SECP384R1()), {"ALWAYS_AUTHENTICATE": True}),
    ],
    ids=["RSA", "EC, which asks for the PIN at each signature"],
)
def test_signs_as_a_file_does(
    token: Token, authority: Authority, key: Callable[[], rsa.RSAPrivateKey], attributes: dict[str, bool]
) -> None:
    issued = authority.issue(NAME, key=key())
    held, of_file = load_token_key(put(token, issued, "firma", **attributes)), load_signing_key(issued, PASSPHRASE)
    assert (held.certificate, held.chain, held.algorithm) == (of_file.certificate, of_file.chain, of_file.algorithm)
    report = printed(SignatureBlocks([SIGNER, SIGNER], SignatureBoxes()))
    assert statuses(sign(report, held), authority)[0].bottom_line
    assert PIN not in repr(held)


def test_its_certificates_may_be_in_the_connection(token: Token, authority: Authority) -> None:
    issued = authority.issue(NAME)
    held = put(token, issued, "firma", certificate=False, above=False)
    above = [load_signing_key(issued, PASSPHRASE).certificate, authority.certificate]
    assert load_token_key(held, above="".join(each.public_bytes(Encoding.PEM).decode() for each in above)).chain


def test_of_a_key_whose_certificate_was_renewed_the_new_one_counts(token: Token, authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    held = put(token, authority.issue(NAME, key=key, valid_to=NOW + DAY), "firma")
    put(token, authority.issue(NAME, key=key, valid_to=NOW + 90 * DAY), "firma", key=False)
    assert load_token_key(held).usable_until == NOW + 90 * DAY


def test_what_lacks_is_told_with_what_to_do(
    token: Token, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def said(given: Token, kind: type[Exception] = SigningKeyError, above: str = "") -> str:
        with pytest.raises(kind) as caught:
            load_token_key(given, above=above)
        assert PIN not in str(caught.value)
        return str(caught.value)

    assert "tiene: ninguna. Corrija `label`" in said(token)
    first = put(token, authority.issue(NAME), "firma", certificate=False)
    assert "ninguno de los 1 certificados del token «aire» y de `chain` es el de su clave «firma»" in said(first)
    other = load_signing_key(authority.issue(NAME), PASSPHRASE).certificate.public_bytes(Encoding.PEM).decode()
    assert "ninguno de los 2 certificados" in said(first, above=other)
    put(token, authority.issue(NAME), "otra", above=False)
    assert "tiene 2 claves que sirven: ponga en `label` la etiqueta de una sola («firma», «otra»)" in said(token)
    assert "no tiene ninguna clave «tercera» que firme; tiene: «firma», «otra»" in said(
        replace(token, key_label="tercera")
    )
    assert load_token_key(replace(token, key_label="otra"))
    assert "pide un PIN" in said(replace(token, pin=""))
    monkeypatch.setattr(pkcs11_token, "LAST_TRY", pkcs11.TokenFlag.USER_PIN_COUNT_LOW)
    assert "no abre el token «aire»: corríjalo antes de que se bloquee" in said(replace(token, pin="1357"))
    assert "le queda un solo intento, y no se gasta aquí" in said(token)
    assert "no está el token «hsm»; están: «aire»" in said(replace(token, label="hsm"), SigningKeyAway)
    for module in ("/no/hay.so", str(tmp_path / "softhsm2.conf")):
        assert f"no se puede cargar el módulo PKCS#11 «{module}»" in said(replace(token, module=module))
    weak = authority.issue(NAME, key=rsa.generate_private_key(65537, 1024))
    assert "la clave RSA tiene 1024 bits" in said(put(made_token(token.module, "débil"), weak, "x"))


def test_a_connection_names_it_and_one_that_was_away_signs_when_it_is_tried_again(
    token: Token, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(token, authority.issue(NAME), "firma")

    def connection(**extra: str | None) -> Pkcs11Hook:
        described = {"conn_type": "pkcs11", "password": PIN, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_FIRMA", json.dumps(described))
        return Pkcs11Hook("firma")

    with pytest.raises(KeyRefused, match="Conexión «firma»: ponga en sus extras `module`"):
        connection(module=token.module, token=None).get_conn()
    hook = connection(module=token.module, token=token.label, label=None, chain=None)
    assert hook.test_connection() == (True, f"{NAME}, hasta el {NOW + 365 * DAY:%Y-%m-%d}")
    key = hook.get_conn()
    shutil.move(tmp_path / "tokens", tmp_path / "away")
    (tmp_path / "tokens").mkdir()
    for _ in range(2):
        with pytest.raises(KeyAway, match=r"Conexión «firma»: (no está el token|el token «aire» no responde)"):
            key.sign(b"x")
    works, said = hook.test_connection()
    assert not works
    assert "token «aire»" in said
    (tmp_path / "tokens").rmdir()
    shutil.move(tmp_path / "away", tmp_path / "tokens")
    assert key.sign(b"x")
