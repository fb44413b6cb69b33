"""What Airflow's list of connection types holds of this product: ``oci``, ``pkcs12`` and ``pkcs11``; forms in Spanish.

Found by the entry point ``apache_airflow_provider`` of the installed package. Imports nothing: every component of
Airflow asks for it.
"""

from __future__ import annotations

from typing import Any

PACKAGE = "aire-service-reports"


def get_provider_info() -> dict[str, Any]:
    """As ``airflow/provider_info.schema.json`` describes it."""
    return {
        "package-name": PACKAGE,
        "name": "AIRE Service Reports",
        "description": "Conexiones de los informes de servicio: Oracle Cloud Infrastructure y la clave de quien firma.",
        "connection-types": [OCI, PKCS12, PKCS11],
    }


def _text(label: str, description: str, **schema: object) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": ["string", "null"], **schema}}


def _seconds(label: str, description: str) -> dict[str, Any]:
    return {"label": label, "description": description, "schema": {"type": ["integer", "null"]}}


OCI = {
    "connection-type": "oci",
    "hook-name": "Oracle Cloud Infrastructure (OCI)",
    "hook-class-name": "service_reports_airflow.oci_hook.OciHook",
    "ui-field-behaviour": {
        "hidden-fields": ["host", "port", "schema", "password"],
        "relabeling": {"login": "OCID del usuario"},
        "placeholders": {"login": "ocid1.user.oc1..…"},
    },
    "conn-fields": {
        "private_key": _text(
            "Clave privada (PEM)", "El archivo de la clave de API, con todas sus líneas.", format="multiline"
        ),
        "tenancy": _text("OCID de la tenancy", "Como en la consola de OCI: ocid1.tenancy.oc1..…"),
        "fingerprint": _text("Huella de la clave", "La que muestra la consola de OCI al cargar la clave: 12:34:…"),
        "region": _text("Región", "La región principal de la tenancy, por ejemplo us-ashburn-1."),
        "auth_type": _text(
            "Autenticación",
            "api_key: usuario y clave. Las demás no necesitan ni usuario ni clave.",
            enum=["api_key", "config_file", "instance_principal", "resource_principal"],
            default="api_key",
        ),
        "connect_timeout": _seconds("Espera para conectar", "En segundos. Vacío: 10."),
        "read_timeout": _seconds("Espera entre respuestas", "En segundos. Vacío: 60."),
    },
}

PKCS12 = {
    "connection-type": "pkcs12",
    "hook-name": "Clave de firma (PKCS#12)",
    "hook-class-name": "service_reports_airflow.signing_key.Pkcs12Hook",
    "ui-field-behaviour": {
        "hidden-fields": ["host", "port", "schema", "login"],
        "relabeling": {"password": "Clave que abre el archivo"},
        "placeholders": {},
    },
    "conn-fields": {
        "content": _text(
            "Archivo en base64", "Lo que da «base64 -w0 firma.p12». Si no: la ruta del archivo.", format="multiline"
        ),
        "path": _text("Ruta del archivo", "En el servidor: /opt/service-reports/signing/firma.p12"),
        "chain": _text(
            "Certificados superiores (PEM)",
            "Los que le falten al archivo, hasta la raíz. Opcional.",
            format="multiline",
        ),
    },
}

PKCS11 = {
    "connection-type": "pkcs11",
    "hook-name": "Clave de firma en un token o HSM (PKCS#11)",
    "hook-class-name": "service_reports_airflow.signing_key.Pkcs11Hook",
    "ui-field-behaviour": {
        "hidden-fields": ["host", "port", "schema", "login"],
        "relabeling": {"password": "PIN"},
        "placeholders": {},
    },
    "conn-fields": {
        "module": _text("Controlador", "Su ruta en el servidor: /opt/service-reports/signing/lib….so"),
        "token": _text("Etiqueta del token", "Como la muestra su programa."),
        "label": _text("Etiqueta de la clave", "Solo si el token tiene varias."),
        "chain": _text(
            "Certificados (PEM)",
            "Los que le falten al token: el de la clave y los superiores, hasta la raíz. Opcional.",
            format="multiline",
        ),
    },
}
