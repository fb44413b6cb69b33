"""The contracts of the folder, as the steps take them: one file that does not hold stops no other."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from airflow.sdk.exceptions import AirflowException

from service_reports.contracts import Contract, find_contract, read_contract_files

log = logging.getLogger(__name__)


class UnknownContract(AirflowException):
    """A contract that no file gives, or whose file does not hold."""


def contracts() -> tuple[Contract, ...]:
    """The contracts that hold. Each file that does not is reported in the log and left out."""
    held = []
    for file in read_contract_files():
        if file.contract is None:
            log.error("No se usa un contrato:\n%s", file.error)
        else:
            held.append(file.contract)
    return tuple(held)


def contract(contract_id: str) -> Contract:
    """One contract.

    Raises:
        UnknownContract: no file that holds has this id; the message lists ids and errors.
    """
    found = find_contract(contract_id)
    if found is not None and found.contract is not None:
        return found.contract
    files = read_contract_files()
    known = ", ".join(file.contract.id for file in files if file.contract is not None) or "ninguno"
    errors = "".join(f"\n{file.error}" for file in files if file.error)
    raise UnknownContract(f"no hay contrato «{contract_id}»; los que se pueden usar: {known}{errors}")


def tenancies(held: Iterable[Contract]) -> list[dict[str, str]]:
    """Connection and OCID of every tenancy that some of these contracts lives in, once."""
    pairs = {(contract.oci.connection, contract.oci.tenancy_ocid) for contract in held}
    return [{"connection": connection, "tenancy_ocid": ocid} for connection, ocid in sorted(pairs)]


def known_tenancy(handed_on: Mapping[str, str], held: Iterable[Contract]) -> dict[str, str]:
    """A tenancy that some of these contracts lives in, with the connection that the contract names.

    Raises:
        UnknownContract: none of them names this connection and tenancy together.
    """
    for known in tenancies(held):
        if known == handed_on:
            return known
    raise UnknownContract(
        f"ningún contrato dice que la tenancy «{handed_on.get('tenancy_ocid')}» se lee por la conexión "
        f"«{handed_on.get('connection')}»\n  → limpie la primera tarea (`tenancies`)"
    )
