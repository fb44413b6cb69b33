"""The product as a provider: Airflow's list of connection types has ours, with forms that people can fill in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from airflow.api_fastapi.core_api.services.ui.connections import HookMetaService
from airflow.cli.commands.connection_command import _get_connection_types
from airflow.providers_manager import ProvidersManager
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service_reports_airflow.oci_hook import OciHook
from service_reports_airflow.provider import get_provider_info
from service_reports_airflow.signing_key import Pkcs11Hook, Pkcs12Hook

OURS = {"oci": OciHook, "pkcs12": Pkcs12Hook, "pkcs11": Pkcs11Hook}


@pytest.mark.parametrize("kind", sorted(OURS))
def test_airflow_knows_the_type_and_opens_it_by_our_hook(kind: str) -> None:
    assert kind in _get_connection_types(), "`airflow connections add` would store it as generic"
    found = ProvidersManager().hooks[kind]
    assert found is not None
    assert found.package_name == "aire-service-reports"
    assert found.hook_class_name.rsplit(".", 1)[-1] == OURS[kind].__name__


@pytest.mark.parametrize("kind", sorted(OURS))
def test_its_form_is_in_spanish_and_hides_what_it_does_not_use(kind: str) -> None:
    [form] = [each for each in HookMetaService.hook_meta_data() if each.connection_type == kind]
    fields: Any = form.extra_fields
    assert all(field["schema"]["title"] and field["description"] for field in fields.values())
    assert form.standard_fields is not None
    assert form.standard_fields.host is not None
    assert form.standard_fields.host.hidden


def test_what_it_says_of_itself_is_as_airflow_describes_providers() -> None:
    import airflow

    schema = Path(airflow.__file__).parent / "provider_info.schema.json"
    jsonschema.validate(get_provider_info(), json.loads(schema.read_text(encoding="utf-8")))


def test_a_private_key_is_taken_with_its_lines_from_the_field_of_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password field of Airflow's form joins lines; a field that was left empty comes as none."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    filled_in = {
        "conn_type": "oci",
        "login": "ocid1.user.oc1..aaaa",
        "extra": {
            "private_key": pem,
            "tenancy": "ocid1.tenancy.oc1..aaaa",
            "fingerprint": "12:34:56:78:90:ab:cd:ef:12:34:56:78:90:ab:cd:ef",
            "region": "us-ashburn-1",
            "auth_type": None,
            "connect_timeout": None,
        },
    }
    monkeypatch.setenv("AIRFLOW_CONN_OCI_FORM", json.dumps(filled_in))
    client = OciHook("oci_form").monitoring().base_client
    assert "us-ashburn-1" in client.endpoint
    # An answer of which the SDK would refuse everything over one moment.
    told = client.deserialize_response_data(b'[{"timestamp": "ayer"}, null]', "list[AggregatedDatapoint]")
    assert told == [{"timestamp": "ayer"}, None]


def test_a_key_that_is_not_given_is_said_where_the_connection_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_FIRMA", json.dumps({"conn_type": "pkcs12", "extra": {"path": None}}))
    works, said = Pkcs12Hook("firma").test_connection()
    assert (works, said) == (False, "Conexión «firma»: ponga en sus extras `path`, o `content` en base64")
