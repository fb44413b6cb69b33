"""How long the clients of a connection wait is the connection's to say."""

from __future__ import annotations

from typing import Any

import pytest

from service_reports_airflow.oci_hook import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS, timeouts


@pytest.mark.parametrize(
    ("extras", "expected"),
    [
        ({}, (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),
        ({"read_timeout": 2.5}, (CONNECT_TIMEOUT_SECONDS, 2.5)),
        ({"read_timeout": None}, (CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS)),  # a field that was left empty
        ({"connect_timeout": "3", "read_timeout": "7"}, (3, 7)),
    ],
)
def test_extras_say_how_long_to_wait(extras: dict[str, Any], expected: tuple[float, float]) -> None:
    assert timeouts("oci_x", extras) == expected


@pytest.mark.parametrize("value", [0, -1, "soon", "inf", "nan"])
def test_a_time_that_is_none_is_named_with_connection_and_field(value: Any) -> None:
    with pytest.raises(ValueError, match=rf"Conexión «oci_x»: read_timeout es {value!r}: .*o quítelo"):
        timeouts("oci_x", {"read_timeout": value})
