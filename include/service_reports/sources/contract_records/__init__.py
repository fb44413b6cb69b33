"""The records of a contract: the newest workbook of its registers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service_reports.checks.observation import Observation
from service_reports.records import KeptRegister, Record, Reply, register_of
from service_reports.sources.answer import SourceError
from service_reports.sources.contract_records.suite import SUITE
from service_reports.sources.contract_records.workbook import SHEETS, fetch, parse
from service_reports.sources.exports.grid import ExportError
from service_reports.sources.rows import Rows
from service_reports.sources.source import Asked, Batch, Feed, Loading, Reading, Source, Told, Unread
from service_reports.wording.es_co import findings as words

__all__ = ["FEED", "SHEETS", "fetch", "parse"]

SET_ASIDE = "records.reply_set_aside"
log = logging.getLogger(__name__)


def _parse(reading: Reading) -> Rows[Record]:
    [contract] = reading.contracts
    with reading.opened() as file:
        content = file.read()
    return parse(content, reading.batch.name.rsplit("/", 1)[-1], contract, reading.batch.observed_at)


def _set_aside(scope: str, reply: Reply) -> Observation:
    detail = words.reply_set_aside(reply.code)
    return Observation(SET_ASIDE, scope, reply.code, "alert", detail, reply.answered_on)


def load(loading: Loading, rows: Sequence[Record]) -> None:
    """The rows of every register, in the order of the workbook, in the place of those that were there.

    A reply to a request that no report made answers nothing: it is left out, and told.
    """
    loading.execute("ingest/delete_contract_records")
    replies = [row for row in rows if isinstance(row, Reply)]
    made = {code for (code,) in loading.execute("ingest/requests_made")} if replies else set()
    strays = {(each.code, each.answered_on): each for each in replies if each.code not in made}
    loading.keep([_set_aside(loading.batch.scope, each) for each in strays.values()], SET_ASIDE)
    kept = (row for row in rows if not isinstance(row, Reply) or row.code in made)
    told = ({"register": register_of(row), "record": row.model_dump(mode="json")} for row in kept)
    loading.write("ingest/insert_contract_record", told)


def refuse_emptied(_: Batch, rows: Sequence[Any], in_force: Mapping[str, int]) -> None:
    """Refuse a workbook that has nothing in a register where the one in force has rows.

    Raises:
        SourceError: names each register that came empty, or did not come, and how to say that it is meant so.
    """
    brought = Counter(register_of(row) for row in rows)
    kept = {row.name: row for row in rows if isinstance(row, KeptRegister)}
    problems = []
    for register, count in in_force.items():
        if register not in SHEETS or brought[register]:
            continue
        title = SHEETS[register].title
        if register not in kept:
            problems.append(f"falta la hoja «{title}», que en el libro anterior tenía {count} filas — restáurela")
        elif not kept[register].empty_on_purpose:
            problems.append(
                f"la hoja «{title}» llegó sin filas, y en el libro anterior tenía {count} — restáurelas; si de verdad "
                "no queda ninguna, escriba «Sin registros» en la primera celda bajo los encabezados"
            )
    if problems:
        raise SourceError("\n".join(problems))


SOURCE = Source(
    name="contract_records",
    scope="contract",
    named_by="records",
    parse=_parse,
    suite=SUITE,
    load=load,
    whole=True,
    days_end_in=None,
    refuse=refuse_emptied,
)


def collect(asked: Asked) -> Iterator[Told | Unread]:
    """The newest workbook; nothing for a contract that keeps none.

    Raises:
        ExportError: it cannot be read.
    """
    records = asked.contract.records
    if records is None:
        return
    client, endpoint = asked.stores.s3(records.connection)
    with asked.stores.reaching(records.connection, endpoint):
        try:
            answer = fetch(client, records, lambda sha256: asked.ledger.read_before(SOURCE.name, asked.scope, sha256))
        except ExportError as error:
            raise ExportError(f"El libro de registros no se puede leer:\n{error}") from None
    if answer is not None:
        yield Told(SOURCE.name, asked.scope, answer)
        return
    log.warning(
        "s3://%s/%s no tiene un libro de Excel (.xlsx): déjelo allí; lo que sale de los registros de %s se imprime "
        "como pendiente",
        records.bucket,
        records.prefix,
        asked.scope,
    )


FEED = Feed(
    name="contract_records",
    brings="libro de registros",
    collection="service_desk",
    scope="contract",
    collect=collect,
    sources=(SOURCE,),
    place=90,
)
