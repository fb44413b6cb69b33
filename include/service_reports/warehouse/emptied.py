"""What came empty where there were rows: a register that lost its content is not one in which nothing happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from service_reports.sources import SourceError
from service_reports.sources.contract_records import SHEETS
from service_reports.sources.records import KeptRegister, register_of
from service_reports.warehouse.batches import Batch
from service_reports.warehouse.statements import statement

EXPORTED = "s3://"


def refuse_emptied(connection: psycopg.Connection[Any], batch: Batch, rows: Sequence[Any]) -> None:
    """Refuse a workbook of records, or an exported hour bank, that has nothing where the one in force has rows.

    Raises:
        SourceError: names each register that came empty, or did not come, and how to say that it is meant so.
    """
    if batch.source not in ("contract_records", "hour_bank"):
        return
    found = connection.execute(statement("ingest/rows_in_force"), {"scope": batch.scope})
    in_force: dict[str, int] = dict(found.fetchall())
    if batch.source == "hour_bank":
        if not rows and batch.name.startswith(EXPORTED) and (count := in_force.get("hour_bank")):
            raise SourceError(
                f"la bolsa de horas llegó sin ningún consumo, y la anterior tenía {count} — deje de nuevo el archivo "
                "completo; un consumo que se anuló va con 0 horas"
            )
        return
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
