"""A source that does not answer: what is wrong and what to do stand first, what the other end said last."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from oci.exceptions import ServiceError

from service_reports_airflow.oci_hook import OciHook
from service_reports_airflow.stores import SourceUnreachable, archive, postgres, reaching


def told(error: Exception) -> list[str]:
    with pytest.raises(SourceUnreachable) as raised, reaching("oci_x", "https://here"):
        raise error
    assert raised.value.__suppress_context__, "a second traceback pushes the message out of the window"
    return str(raised.value).splitlines()


def test_the_remedy_stands_on_its_own_line_before_the_answer() -> None:
    what, remedy, answer = told(TimeoutError("no answer in 60 s"))
    assert what == "La conexión «oci_x» (https://here) no responde o rechaza la solicitud"
    assert remedy.startswith("  → revise ")
    assert answer == "TimeoutError: no answer in 60 s"


def test_an_answer_of_oci_is_one_line_with_what_its_support_asks_for() -> None:
    refused = ServiceError(401, "NotAuthenticated", {"opc-request-id": "A1/B2"}, "The signature is not valid")
    assert told(refused)[-1] == "ServiceError: 401 NotAuthenticated: The signature is not valid (opc-request-id A1/B2)"


@pytest.mark.parametrize("opened", [archive, lambda: postgres("warehouse")])
def test_a_connection_that_nobody_created_is_told_and_not_tried_again(opened: Any) -> None:
    with pytest.raises(AirflowFailException, match="No existe la conexión «"), opened():
        pass


def test_so_is_one_to_oci() -> None:
    with pytest.raises(AirflowFailException, match="No existe la conexión «oci_x»"):
        OciHook("oci_x").object_storage()
