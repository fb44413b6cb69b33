"""Through what whom alerts reach: an address by a mail server, or a chat by a webhook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from service_reports.contracts import AlertsForAll, Contract
from service_reports.contracts.model import Alerts
from service_reports_airflow.alerts.causes import Cause

Form = Literal["mail", "teams", "slack"]


class Channel(NamedTuple):
    """One recipient; ``recipient`` and ``sender`` are addresses, and empty of a webhook.

    As text it is the ledger's key.
    """

    form: Form
    connection: str
    recipient: str = ""
    sender: str = ""

    def __str__(self) -> str:
        """As the ledger knows it."""
        return json.dumps(list(self), ensure_ascii=False)

    @property
    def name(self) -> str:
        """As operators read it."""
        return f"{self.recipient} (conexión «{self.connection}»)" if self.recipient else f"conexión «{self.connection}»"


def read_channel(key: str) -> Channel:
    """The channel that the ledger knows by a key."""
    return Channel(*json.loads(key))


def of_all(wanted: AlertsForAll) -> frozenset[Channel]:
    """Who is told of everything."""
    return frozenset(_mailed(wanted, wanted.mail.connection, wanted.mail.sender) if wanted.mail else ()) | frozenset(
        _posted(wanted)
    )


def of_contract(contract: Contract) -> frozenset[Channel]:
    """Who is told of one contract."""
    wanted = contract.alerts
    if wanted is None:
        return frozenset()
    return frozenset((*_mailed(wanted, contract.mail.connection, contract.mail.sender), *_posted(wanted)))


def _mailed(wanted: Alerts, connection: str, sender: str) -> Iterator[Channel]:
    return (Channel("mail", connection, address, sender) for address in wanted.to)


def _posted(wanted: Alerts) -> Iterator[Channel]:
    return (Channel(webhook.form, webhook.connection) for webhook in wanted.webhooks)


def routed(
    causes: Iterable[Cause], everything: frozenset[Channel], of_contracts: Mapping[str, frozenset[Channel]]
) -> Iterator[tuple[Cause, Channel]]:
    """Which channels are told of which causes; an address once, by the mail server of those who are told of all."""
    for cause in causes:
        reached = {channel.recipient or channel: channel for channel in sorted(everything)}
        for contract_id in sorted(cause.contract_ids):
            for channel in sorted(of_contracts.get(contract_id, ())):
                reached.setdefault(channel.recipient or channel, channel)
        for channel in reached.values():
            yield cause, channel
