"""The page's data as JSON, and the documents of versions, each to whoever may read the runs that made them.

Airflow gives a plugin's addresses to anybody: every endpoint says for itself who may read it, but the script, which
says nothing of anybody.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import psycopg
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from airflow.sdk.exceptions import AirflowException
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response, status
from fastapi.responses import FileResponse, JSONResponse

from service_reports import register
from service_reports.archive import ArchiveConflict, ArchiveMissing
from service_reports.contracts import (
    Contract,
    ContractError,
    ContractFile,
    ReportPeriod,
    contract_paths,
    read_together,
)
from service_reports.contracts.model import NoSuchReport
from service_reports.register import IssueKey, Question, calendar
from service_reports_airflow.contracts import UnknownContract
from service_reports_airflow.desk import airflow_state, reading
from service_reports_airflow.desk.airflow_state import Place, run_address
from service_reports_airflow.desk.reading import Row
from service_reports_airflow.stores import STORES, Stores

log = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("desk.js")
MOST_ROWS = 200
MOST_CHANGES = 100
MOST_UNSEEN = 200
"""Contract files whose calendar no daily look has kept yet, read so that a new installation shows something."""
PDF = "application/pdf"
ASKING = frozenset({"running", "issued", "outdated", "held", "undelivered"})
"""States that a question about the report tells more of."""
Places = Mapping[tuple[str, str], list[dict[str, str]]]
"""What is asked about each report, and where in Airflow it is answered."""

app = FastAPI(title="AIRE Service Reports: informes", docs_url=None, redoc_url=None, openapi_url=None)
api = APIRouter(
    prefix="/api",
    dependencies=[Depends(requires_access_dag("GET", DagAccessEntity.RUN, airflow_state.PUBLICATION))],
)


def stores() -> Stores:
    """What the endpoints reach: the stores behind Airflow's connections."""
    return STORES


def now() -> datetime:
    """The moment of a request, in UTC."""
    return datetime.now(UTC)


StoresDep = Annotated[Stores, Depends(stores)]
NowDep = Annotated[datetime, Depends(now)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Offset = Annotated[int, Query(ge=0)]


@app.exception_handler(AirflowException)
@app.exception_handler(ContractError)
def unavailable(_: Request, error: Exception) -> JSONResponse:
    """A store that does not answer, or a folder that is not there: its own words, which name it and the remedy."""
    log.warning("No se puede mostrar la página de informes: %s", error)
    return JSONResponse({"detail": str(error)}, status.HTTP_503_SERVICE_UNAVAILABLE)


@app.get("/desk.js")
def script() -> FileResponse:
    """The script of the page: the one thing that anybody may read."""
    return FileResponse(SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@api.get("/reports")
def reports(
    stores: StoresDep,
    at: NowDep,
    state: str = "",
    text: str = "",
    attention: bool = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Where every contract stands, the most pressing first.

    ``state`` and ``text`` (part of a contract's id or a report's number) leave only some; ``attention`` those that
    need somebody.
    """
    with stores.warehouse() as db:
        rows, places = _standing(db, stores, at)
        counts: dict[str, int] = defaultdict(int)
        for row in rows:
            counts[row.state] += 1
        wanted = [
            row
            for row in rows
            if (not state or row.state == state)
            and (not attention or row.state in reading.NEEDS_SOMEBODY)
            and text.strip().casefold() in f"{row.owed.contract_id} {row.owed.report_number}".casefold()
        ]
        shown = wanted[offset : offset + limit]
        return {
            "at": at,
            "total": len(wanted),
            "counts": counts,
            "rows": _told(db, shown, _files_of(shown), places, at),
        }


@api.get("/causes")
def causes(stores: StoresDep, limit: Limit = 50) -> list[dict[str, Any]]:
    """What needs somebody, as alerts tell it: also where nobody is told."""
    with stores.warehouse() as db:
        return reading.causes(db, limit)


@api.get("/contracts/{contract_id}")
def contract(contract_id: str, stores: StoresDep, at: NowDep) -> dict[str, Any]:
    """All reports of one contract, and what it says of itself."""
    with stores.warehouse() as db:
        rows, places = _standing(db, stores, at, contract_id)
        file = stores.contract_file(contract_id)
        held = file.contract if file else None
        if held is None and not rows:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"No hay contrato «{contract_id}»")
        return {
            "at": at,
            "id": contract_id,
            "entity": held.entity.name if held else None,
            "number": held.number if held else None,
            "approval": held.approval if held else None,
            "error": None if held else f"el archivo del contrato {contract_id} no se puede usar: corríjalo",
            "rows": _told(db, rows, {file.name: file} if file else {}, places, at),
        }


@api.get("/contracts/{contract_id}/certificate")
def certificate(contract_id: str, stores: StoresDep, at: NowDep) -> dict[str, Any]:
    """Until when the key of a contract can sign."""
    key = stores.signing_key(_held(stores, contract_id))
    return {"signer": key.signer_name, "until": key.usable_until, "days": (key.usable_until - at).days}


@api.get("/contracts/{contract_id}/reports/{number}/coverage")
def coverage(contract_id: str, number: str, stores: StoresDep, at: NowDep) -> dict[str, Any]:
    """Days × sources of a period, what is lacking in words, and the open findings."""
    held, report = _report(stores, contract_id, number)
    with stores.warehouse() as db:
        return asdict(reading.coverage(db, held, report, at))


@api.get("/contracts/{contract_id}/reports/{number}/checks")
def checks(
    contract_id: str, number: str, stores: StoresDep, limit: Limit = 50, offset: Offset = 0
) -> list[dict[str, Any]]:
    """The checks that did not pass, with the rows that they left out, as masked."""
    held, report = _report(stores, contract_id, number)
    with stores.warehouse() as db:
        known = calendar.standing(db, contract_id, number)
        runs = {*known.runs[:1], *filter(None, [known.run_id])}
        return reading.checks(db, held, report, runs, limit, offset)


@api.get("/contracts/{contract_id}/reports/{number}/versions")
def versions(contract_id: str, number: str, stores: StoresDep, limit: Limit = 20, offset: Offset = 0) -> dict[str, Any]:
    """The versions of a report with their documents, its messages with what came back, and its hour bank."""
    with stores.warehouse() as db:
        found = reading.versions(db, contract_id, number, limit, offset)
        return {
            "versions": [
                {
                    **{name: value for name, value in each.items() if name != "figures_key"},
                    "corrects": each["version"] > 1 and each["figures_key"] is not None,
                    "run": run_address(airflow_state.PUBLICATION, each["run_id"]),
                    "documents": [
                        {
                            "position": document.position,
                            "title": document.title,
                            "file_name": document.file_name,
                            "media_type": document.media_type,
                            "size_bytes": document.size_bytes,
                            "sha256": document.sha256,
                            "returned": [
                                {
                                    "kind": back.kind,
                                    "signer": back.signer,
                                    "trusted": back.trusted,
                                    "at": back.at,
                                    "by": back.by,
                                }
                                for back in returned
                                if back.position == document.position
                            ],
                        }
                        for document in register.read_documents(db, key)
                    ],
                }
                for each in found
                for key in [IssueKey(contract_id, number, each["version"])]
                for returned in [register.returned_of(db, key)]
            ],
            "messages": reading.messages(db, contract_id, number),
            "hour_bank": reading.hour_bank(db, contract_id, number),
        }


@api.get("/contracts/{contract_id}/reports/{number}/versions/{version}/changes")
def changes(contract_id: str, number: str, version: int, stores: StoresDep) -> dict[str, Any]:
    """What a version says otherwise than the one before it, from the figures that are archived with it."""
    from service_reports.figures.model import VersionChanges

    with stores.warehouse() as db, stores.archive() as store:
        key = next((each["figures_key"] for each in reading.versions(db, contract_id, number, MOST_ROWS, 0)
                    if each["version"] == version), None)  # fmt: skip
        if key is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "No hay cifras de esa versión")
        kept = json.loads(store.read(key)).get("changes")
    if kept is None:
        return {"total": 0, "figures": [], "texts": []}
    changed = VersionChanges.model_validate_json(json.dumps(kept))
    return {
        "replaces": changed.version,
        "total": len(changed.figures),
        "figures": [each.model_dump(mode="json") for each in changed.figures[:MOST_CHANGES]],
        "texts": [each.model_dump(mode="json") for each in changed.texts],
    }


@api.get("/contracts/{contract_id}/reports/{number}/versions/{version}/documents/{position}")
def document(
    contract_id: str, number: str, version: int, position: int, user: GetUserDep, stores: StoresDep
) -> Response:
    """The bytes of a document as they were registered: what has another SHA-256 is not given out."""
    key = IssueKey(contract_id, number, version)
    with stores.warehouse() as db, stores.archive() as store:
        found = next((each for each in register.read_documents(db, key) if each.position == position), None)
        if found is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"{key} no tiene un documento {position}")
        try:
            content = store.read(found.blob_key)
        except (ArchiveConflict, ArchiveMissing):
            content = b""
    if hashlib.sha256(content).hexdigest() != found.sha256:
        log.error("%s: %s no tiene en el archivo los bytes que se registraron", key, found.file_name)
        raise HTTPException(
            status.HTTP_502_BAD_GATEWAY,
            f"{found.file_name}: los bytes del archivo no son los que se registraron (SHA-256)\n"
            "  → no lo use; dispare «Comprobar el registro» y vea qué dice",
        )
    log.info("%s abrió %s de %s (SHA-256 %s)", user.get_name(), found.file_name, key, found.sha256)
    shown = "inline" if found.media_type == PDF else "attachment"
    return Response(
        content,
        media_type=found.media_type,
        headers={
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(found.file_name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


app.include_router(api)


def _standing(
    db: psycopg.Connection[Any], stores: Stores, at: datetime, contract_id: str | None = None
) -> tuple[list[Row], Places]:
    """How reports stand, and the places in Airflow where each of them waits or stopped."""
    questions = airflow_state.open_questions()
    asked = {place.about for place in questions if place.about}
    paths = contract_paths()
    known = reading.known_reports(db, at, contract_id, asked=asked)
    if contract_id is None:
        kept = {each.owed.file_name for each in known}
        unseen = read_together([path for path in paths if path.name not in kept][:MOST_UNSEEN])
    else:
        file = None if known else stores.contract_file(contract_id)
        unseen = (file,) if file else ()
    if unseen:
        known = reading.known_reports(db, at, contract_id, asked=asked, unseen=unseen)
    run_ids = {run_id for each in known for run_id in each.standing.runs}
    run_ids |= {each.standing.run_id for each in known if each.standing.run_id}
    rows = reading.judged(db, known, airflow_state.runs_of(run_ids), {path.name for path in paths}, at)
    return _placed(db, rows, questions)


def _placed(db: psycopg.Connection[Any], rows: Sequence[Row], questions: Sequence[Place]) -> tuple[list[Row], Places]:
    asked = _of_reports(db, rows, questions)
    working = {row.run_id for row in rows if row.state == "running" and row.run_id}
    waiting = {place.run_id for place in airflow_state.waiting_for_data(working)}
    placed = []
    for row in rows:
        if asked.get(row.key) and row.state in ASKING:
            placed.append(replace(row, state="asked"))
        elif row.state == "running" and row.run_id in waiting:
            placed.append(replace(row, state="waits_for_data"))
        else:
            placed.append(row)
    told = {
        key: [{"subject": each.subject, "address": f"{each.address}/required_actions"} for each in places]
        for key, places in asked.items()
    }
    return sorted(placed, key=lambda row: reading.ORDER[row.state]), told


def _of_reports(
    db: psycopg.Connection[Any], rows: Sequence[Row], questions: Iterable[Place]
) -> Mapping[tuple[str, str], list[Place]]:
    """Which questions are about which reports: as the form of a run says, else as the register keeps what was asked."""
    of_run: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for run_id in row.run_ids:
            of_run[run_id].append(row)
    found: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place in questions:
        if place.about:
            found[place.about].append(place)
            continue
        question = Question(place.run_id, f"{place.task_id}/{place.map_index}")
        for row in of_run[place.run_id]:
            version = row.standing.version
            if version is not None and register.asked(db, IssueKey(*row.key, version), question) is not None:
                found[row.key].append(place)
    return found


def _files_of(rows: Iterable[Row]) -> dict[str, ContractFile]:
    wanted = {row.owed.file_name for row in rows}
    return {file.name: file for file in read_together(path for path in contract_paths() if path.name in wanted)}


def _told(
    db: psycopg.Connection[Any],
    rows: Sequence[Row],
    files: Mapping[str, ContractFile],
    places: Places,
    at: datetime,
) -> list[dict[str, Any]]:
    periods: dict[tuple[str, str], ReportPeriod] = {}
    for row in rows:
        file = files.get(row.owed.file_name)
        if file is not None and file.contract is not None and file.contract.id == row.owed.contract_id:
            for report in file.contract.reports:
                if report.number == row.owed.report_number:
                    periods[row.owed.contract_id, report.number] = report
    counted = reading.finding_counts(db, periods) if periods else {}
    ended = {row.run_id for row in rows if row.run_id and row.state in ("failed", "undelivered", "rejected")}
    stopped: dict[str, list[Place]] = defaultdict(list)
    for place in airflow_state.stopped_at(ended):
        stopped[place.run_id].append(place)
    told = []
    for row in rows:
        key = row.key
        file, period = files.get(row.owed.file_name), periods.get(key)
        entity = file.contract.entity.name if file is not None and file.contract is not None else None
        told.append(
            {
                "contract_id": key[0],
                "entity": entity,
                "report_number": key[1],
                "period_from": period and period.period_from,
                "period_to": period and period.period_to,
                "ended": period is not None and at >= period.ends_at,
                "cut_off": row.owed.cut_off,
                "state": row.state,
                "version": row.standing.version if row.standing.registered else None,
                "findings": counted.get(key, {}),
                "questions": places.get(key, []),
                "run": run_address(airflow_state.PUBLICATION, row.run_id) if row.run_id else None,
                "stopped": [
                    {"task": place.task, "address": place.address}
                    for place in stopped.get(row.run_id or "", [])
                    if not place.subject or place.subject.startswith(f"{key[0]} {key[1]}")
                ],
            }
        )
    return told


def _held(stores: Stores, contract_id: str) -> Contract:
    try:
        return stores.contract(contract_id)
    except UnknownContract as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from None


def _report(stores: Stores, contract_id: str, number: str) -> tuple[Contract, ReportPeriod]:
    held = _held(stores, contract_id)
    try:
        return held, held.report(number)
    except NoSuchReport as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from None
