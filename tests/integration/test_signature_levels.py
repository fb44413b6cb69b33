"""What was signed while an authority was away is recorded, told, completed and stamped again, in further files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from sandbox.pki import Pki, serving
from service_reports import register
from service_reports.audit.signatures import roots_of, signatures_of
from service_reports.contracts import Contract, ContractFile
from service_reports.register.chain import read_events
from service_reports.register.restoring import fetch
from service_reports.register.verification import file_problem, files_of, told_by
from service_reports.signing import Authorities, load_signing_key, trusted_certificates
from service_reports.warehouse.statements import statement
from service_reports_airflow.alerts.causes import of_signatures
from service_reports_airflow.steps import extending, issuing
from service_reports_airflow.steps.gate import GateRefused
from service_reports_airflow.stores import SourceUnreachable
from tests.integration import test_corrections as corrections
from tests.integration import test_cost_collection as cost
from tests.integration.test_corrections import REPORT, Close, ticket
from tests.integration.test_cost_collection import line

pytestmark = pytest.mark.integration
contract, bucket, key, closing = cost.contract, cost.bucket, corrections.key, corrections.close


@pytest.fixture
def body(tmp_path: Path) -> Iterator[Pki]:
    with serving(tmp_path / "pki") as pki:
        yield pki


def in_files(*contracts: Contract) -> dict[str, Any]:
    """Contracts as the stores of steps have them, each in its file."""
    files = {each.id: ContractFile(Path(f"{each.id}.yaml"), each, None, "sha") for each in contracts}
    return {"contract": {each.id: each for each in contracts}.__getitem__, "contract_file": files.get}


@pytest.fixture
def close(closing: Close, body: Pki) -> Close:
    """A close of a contract that asks for B-LTA and lets a report leave at a lower level."""
    signing = closing.contract.signing.model_copy(update={"level": "B-LTA", "unreachable": "degrade"})
    held = closing.contract.model_copy(update={"signing": signing})
    key = load_signing_key(body.pkcs12("signer", "x"), "x")
    closing.contract = held
    closing.stores = replace(
        closing.stores,
        contracts=lambda: (held,),
        **in_files(held),
        signing_key=lambda _: key,
        authorities=lambda: Authorities(
            RequestsHTTPTimeStamper(body.time_stamps(), timeout=10), trusted_certificates(body.pem("root")), 10
        ),
    )
    closing.collect(700, line("10"))
    closing.help_desk("tickets", ticket(1))
    return closing


def test_a_signature_that_lacks_something_is_told_completed_and_renewed(
    close: Close, body: Pki, tmp_path: Path
) -> None:
    db, store = close.db, close.archive
    body.down.add("tsa")
    key = close.issue()
    lacking = register.incomplete_signatures(db, 10)
    assert {(each.asked, each.reached) for each in lacking} == {("B-LTA", "B-B")}
    assert all(each.lacking and "no dio el sello de tiempo" in each.lacking for each in lacking)
    [cause] = of_signatures(lacking)
    assert cause.about == str(key)
    assert "se firmó al nivel B-B, y el contrato pide B-LTA" in cause.said

    extending.complete(stores=close.stores)
    assert register.incomplete_signatures(db, 10) == lacking, "the authority is away still"
    body.down.clear()
    extending.complete(stores=close.stores)
    extending.complete(stores=close.stores)
    assert register.incomplete_signatures(db, 10) == []

    later = datetime.now(UTC) + timedelta(days=365)
    completed = register.signatures_to_renew(db, later, 10)
    assert [each.number for each in completed] == [2] * len(lacking)
    body.down.add("tsa")
    with pytest.raises(SourceUnreachable):
        extending.renew(later, stores=close.stores)
    body.down.clear()
    with pytest.raises(extending.SignaturesLack, match="Quedan documentos por renovar"):  # the test's clock runs ahead
        extending.renew(later, stores=close.stores)
    renewed = register.signatures_to_renew(db, later, 10)
    assert [each.number for each in renewed] == [3] * len(lacking)

    for before, after in zip(completed, renewed, strict=True):
        content = store.read(after.blob_key)
        assert content.startswith(store.read(before.blob_key))
        [vendor] = signatures_of(content, roots_of(body.pem("root").encode()), later + 9 * timedelta(days=365))
        assert (vendor.reached.carried, vendor.reached.holds) == ("B-LTA", True)
    extensions = {f"{Path(each.file_name).stem}.{number}.pdf" for each in lacking for number in (2, 3)}
    with db.transaction():
        files = list(files_of(key, told_by(read_events(db))[key]))
    assert extensions <= {file.name for file in files}
    assert [file_problem(store, file) for file in files] == [None] * len(files)
    [one, *_] = [file for file in files if file.extends is not None]
    assert "no empieza por el archivo que amplía" in str(file_problem(store, one._replace(extends=(9, "another"))))
    assert register.verify_rows(db) == []
    assert extensions <= {path.name for path in fetch(db, store, key, tmp_path / "fetched")}


class AwayAtFirst(RequestsHTTPTimeStamper):
    """An authority that refuses once, and then answers."""

    asked = 0

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        self.asked += 1
        if self.asked == 1:
            raise TimeoutError
        return await super().async_timestamp(message_digest, md_algorithm)


def test_an_authority_that_is_away_for_one_contract_holds_up_no_other(close: Close, body: Pki) -> None:
    body.down.add("tsa")
    first = close.issue()
    other = close.contract.model_copy(update={"id": "otro-contrato"})
    held = (close.contract, other)
    close.contract, close.stores = other, replace(close.stores, **in_files(*held))
    close.help_desk("tickets", ticket(1))
    close.issue()
    body.down.clear()
    lacking = register.incomplete_signatures(close.db, 10)
    assert {each.key.contract_id for each in lacking} == {each.id for each in held}

    stamper = AwayAtFirst(body.time_stamps(), timeout=10)
    authorities = Authorities(stamper, trusted_certificates(body.pem("root")), 10)
    extending.complete(stores=replace(close.stores, authorities=lambda: authorities))
    assert register.incomplete_signatures(close.db, 10) == [each for each in lacking if each.key == first]


def test_without_leave_nothing_is_issued_while_the_authority_is_away(close: Close, body: Pki) -> None:
    held = close.contract.model_copy(
        update={"signing": close.contract.signing.model_copy(update={"unreachable": "fail"})}
    )
    close.contract = held
    close.stores = replace(close.stores, **in_files(held))
    body.down.add("tsa")
    with pytest.raises(SourceUnreachable, match=r"signing\.unreachable: degrade"):
        close.issue()
    assert register.latest_registered(close.db, held.id, REPORT) is None
    close.stores = replace(close.stores, authorities=lambda: None)
    with pytest.raises(GateRefused, match="no existe la conexión «tsa»"):
        issuing.sign_and_register(
            asdict(register.IssueKey(held.id, REPORT, 1)), f"close-{close.runs}", stores=close.stores
        )


def test_what_lacks_something_is_found_without_a_look_at_what_lacks_nothing(close: Close) -> None:
    with close.db.transaction():
        close.db.execute("set local enable_seqscan = off")
        plan = close.db.execute(f"explain {statement('register/incomplete_signatures')}", {"most": 10}).fetchall()
    assert "event_of_lacking_signature" in str(plan)
