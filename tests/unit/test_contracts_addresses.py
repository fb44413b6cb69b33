"""Every address of a contract is one that mail can carry, or is refused with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from service_reports.contracts import Contract, ContractError, load_contract
from service_reports.contracts.addresses import mail_address

SAMPLE = Path(__file__).resolve().parents[2] / "include" / "contracts" / "alcaldia-de-jamundi-34-14-08-0016.yaml"


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("supervisor.contrato@jamundi.example", "supervisor.contrato@jamundi.example"),
        ("rentas@alcaldía.example", "rentas@xn--alcalda-dza.example"),
        ("rentas@ALCALDI\u0301A.example", "rentas@xn--alcalda-dza.example"),
        ("hacienda@señalización.gov.example", "hacienda@xn--sealizacin-u9a5a.gov.example"),
        ("mun\u0303oz@jamundi.example", "mu\u00f1oz@jamundi.example"),
        ("o'higgins+informes@jamundi.example", "o'higgins+informes@jamundi.example"),
        ("rentas@xn--alcalda-dza.example", "rentas@xn--alcalda-dza.example"),
    ],
)
def test_an_address_is_carried_with_the_domain_that_the_network_knows(written: str, carried: str) -> None:
    assert mail_address(written) == mail_address(mail_address(written)) == carried


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("a@x;", "después de la arroba"),
        ("a@x.example;", "después de la arroba"),
        ("otro,a@x.example", "antes de la arroba"),
        ("mailto:a@x.example", "`mailto:`"),
        ("MAILTO:a@x.example", "`mailto:`"),
        ("a b@x.example", "un espacio"),
        ("a@x .example", "un espacio"),
        ("a@x\u00a0y.example", "un espacio"),
        ("a\u200b@x.example", "no se ve"),
        ("a@x.example\u202e", "no se ve"),
        ("Ana <a@x.example>", "un nombre o signos"),
        ("<a@x.example>", "un nombre o signos"),
        ("a@x.example (Ana)", "un nombre o signos"),
        ("a@x.example, b@x.example", "varias direcciones"),
        ("a@x.example;b@x.example", "varias direcciones"),
        ("a@x.example b@x.example", "varias direcciones"),
        ("a@@x.example", "escríbala como"),
        ("a@x", "escríbala como"),
        ("a@localhost", "escríbala como"),
        ("a@[192.0.2.1]", "número de IP"),
        ("a..b@x.example", "escríbala como"),
        (".a@x.example", "escríbala como"),
        ("a@-x.example", "escríbala como"),
        ("a@x.example.", "escríbala como"),
        ('"a b"@x.example', "un espacio"),
        ("a" * 65 + "@x.example", "escríbala como"),
        ("a@" + "x" * 64 + ".example", "escríbala como"),
        ("a@x.example\r\nBcc: b@x.example", "varias direcciones"),
        ("a\0@x.example", "no se ve"),
        ("a@\ud800.example", "no se ve"),
        ("", "escríbala como"),
        ("supervisor", "escríbala como"),
    ],
)
def test_what_mail_cannot_carry_is_refused_with_what_to_do(written: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy) as refused:
        mail_address(written)
    assert "email" not in str(refused.value)  # the library's own words are English


def addresses(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a contract's file holds an address."""
    if isinstance(value, str) and "@" in value:
        yield path
    elif isinstance(value, dict | list):
        for at, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from addresses(part, (*path, at))


def written() -> Any:
    document = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
    document["mail"] |= {"cc": ["a@jamundi.example", "b@jamundi.example"], "reply_to": "c@smarttmt.example"}
    return document


PLACES = list(addresses(written()))


def with_address(place: tuple[Any, ...], address: str, folder: Path) -> Contract:
    document = within = written()
    for part in place[:-1]:
        within = within[part]
    within[place[-1]] = address
    path = folder / "contract.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return load_contract(path)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_address_of_a_contract_is_looked_at(place: tuple[Any, ...], tmp_path: Path) -> None:
    field = ".".join(map(str, place))
    with pytest.raises(ContractError, match=rf"contract\.yaml: {field} tiene 'a@x\.example;': .*quítelo"):
        with_address(place, "a@x.example;", tmp_path)
    contract = with_address(place, "rentas@alcaldía.example", tmp_path)
    assert "rentas@xn--alcalda-dza.example" in contract.model_dump_json()


def test_supervisor_sender_copies_and_replies_are_addresses() -> None:
    assert {place[:2] for place in PLACES} == {
        ("supervisor", "email"),
        ("mail", "sender"),
        ("mail", "cc"),
        ("mail", "reply_to"),
    }
