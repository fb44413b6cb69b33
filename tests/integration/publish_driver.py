"""Runs the steps of a close without Airflow's scheduler, and dies where it is told to.

A driver (:mod:`tests.integration.killing`). A command is a run of ``publish_service_reports`` for one
report: ``run_id``, ``report``, ``params`` (its form), ``database``, ``bucket``, and ``handed``, the file that holds
what each step of the run handed on, as Airflow does. A step that is in there is done; without it, it runs.
``until`` is the last step to run; ``answer`` is what a person chose where a step asked, with ``comment`` where it was
«Aprobar» (``approve``). ``asks_approval`` makes the contract one that wants it, ``contract_changes`` gives fields of it
other values.

With ``review`` it is a task of ``review_issued_reports`` or ``decide_correction`` instead: its name in
:data:`REVIEWS`, whose arguments are in ``given``, and whose result goes to ``handed`` under its name.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import ftfy  # noqa: F401 (loaded before the children are made, each needs it)
import holidays  # noqa: F401
import oci.exceptions  # noqa: F401
import pyhanko.sign  # noqa: F401
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.execution_time.context import set_current_context
from airflow.sdk.types import DagRunProtocol
from pydantic import BaseModel

from service_reports import documents
from service_reports.contracts import Contract, ContractFile
from service_reports.register import Question
from service_reports_airflow.dag_parts.approve import APPROVE, REJECT
from service_reports_airflow.steps import (
    approving,
    computing,
    consulting,
    gate,
    ingest,
    issuing,
    outdated,
    rendering,
    sending,
    straight,
)
from service_reports_airflow.stores import ARCHIVE, Stores, archive, s3_client
from tests.integration.killing import serve

Results = dict[str, Any]
BY = "lider.de.operaciones"
ONE_CLIENT = functools.cache(s3_client)
STORES = Stores(s3=ONE_CLIENT, archive=functools.partial(archive, ONE_CLIENT))
"""A client takes 0.2 s to make; a run of the DAGs makes one a task, here one is enough."""


class _Asked(Exception):
    """A step that waits for a person's answer."""

    def __init__(self, subject: str, options: Sequence[str]) -> None:
        super().__init__(subject)
        self.options = options


def _question(run: Mapping[str, Any], step: str) -> Question:
    return Question(run["run_id"], f"{step}/-1")


def _approve(run: Mapping[str, Any], done: Results, stores: Stores) -> Any:
    request = approving.approval_request(done["documents"], _question(run, "approve"), stores=stores)
    if request is not None:
        raise _Asked(request.subject, [APPROVE, REJECT])
    return done["documents"]


def _confirm(run: Mapping[str, Any], done: Results, stores: Stores) -> Any:
    issue = consulting.message_of_run(done["archive"], run["run_id"], stores=stores)
    question = sending.permission(issue, stores=stores)
    if question is not None:
        consulting.asks(issue, _question(run, "confirm"), stores=stores)
        raise _Asked(question.subject, question.options)
    return done["archive"]


def _deliver(run: Mapping[str, Any], done: Results, stores: Stores) -> None:
    issue = consulting.message_of_run(done["confirm"], run["run_id"], stores=stores)
    question = sending.attempt(issue, last_try=bool(run.get("last_try")), stores=stores)
    if question is not None:
        consulting.asks(issue, _question(run, "deliver"), stores=stores)
        raise _Asked(question.subject, question.options)


STEPS: Mapping[str, Callable[[Mapping[str, Any], Results, Stores], Any]] = {
    "gate": lambda run, _, stores: gate.gate(
        {**run["report"], "sends": run["params"]["enviar"]}, run["run_id"], BY, stores=stores
    ),
    "figures": lambda run, done, stores: computing.compute(done["gate"], run["run_id"], stores=stores),
    "documents": lambda run, done, stores: rendering.render(done["figures"], run["run_id"], stores=stores),
    "approve": _approve,
    "sign_and_register": lambda run, done, stores: issuing.sign_and_register(
        done["approve"], run["run_id"], stores=stores
    ),
    "archive": lambda run, done, stores: issuing.archive_documents(
        done["sign_and_register"], run["run_id"], stores=stores
    ),
    "confirm": _confirm,
    "deliver": _deliver,
}
"""As the DAG ties them together."""


def _answer(run: Mapping[str, Any], done: Results, asking: str, stores: Stores) -> None:
    if asking == "approve":
        approved, comment = run["answer"] == APPROVE, run.get("comment", "")
        if approving.settle_approval(
            done["documents"], _question(run, "approve"), approved, BY, comment, stores=stores
        ):
            done["approve"] = done["documents"]
    elif consulting.still_speaks_of(done["archive"], _question(run, asking), stores=stores):
        sending.answer(done["archive"], run["answer"], by=BY, comment=None, stores=stores)
    if asking == "confirm":
        done["confirm"] = done["archive"]


def close(run: Mapping[str, Any], stores: Stores) -> None:
    """The steps of a run that are not done yet, in their order."""
    handed = Path(run["handed"])
    done: Results = json.loads(handed.read_text(encoding="utf-8")) if handed.exists() else {}

    def hand_on() -> None:
        handed.write_text(json.dumps(done), encoding="utf-8")

    if "answer" in run:
        asking = done.pop("asked")["by"]
        hand_on()  # the task runs again: where it dies, Airflow starts it anew
        _answer(run, done, asking, stores)
        hand_on()
    for name, step in STEPS.items():
        if "skipped" in done or "asked" in done:
            return
        if name not in done:
            try:
                done[name] = step(run, done, stores)
            except AirflowSkipException as skipped:
                done["skipped"] = str(skipped)
            except _Asked as asked:
                done["asked"] = {"by": name, "options": asked.options}
            hand_on()
        if name == run.get("until"):
            return


def _close_lot(run_id: str, given: Mapping[str, Any], stores: Stores) -> None:
    """A run of the calendar, for a lot of contracts: one, and what it would be with other fields, by their ids."""
    known = stores.contract(given["contract"])
    held = {name: _changed(known, {**fields, "id": name}) for name, fields in given["lot"].items()}
    run_after = known.cut_off(known.report(given["report"]))
    run = SimpleNamespace(
        run_id=run_id,
        run_type="scheduled",
        run_after=run_after,
        start_date=run_after,
        conf={},
        triggering_user_name=None,
    )
    lot = [{"contract_id": name, "report_number": given["report"], "reason": None} for name in held]
    stores = replace(stores, contract=held.__getitem__)
    straight.close(lot, {}, cast("DagRunProtocol", run), stores=stores)


REVIEWS: Mapping[str, Callable[[str, Mapping[str, Any], Stores], Any]] = {
    "review": lambda run_id, _, stores: outdated.review_reports(True, run_id, stores=stores),
    "confirm": lambda run_id, given, stores: ingest.confirm([], run_id, given["found"], stores=stores),
    "questions": lambda _, __, stores: outdated.questions(stores=stores),
    "question": lambda run_id, given, stores: outdated.question(
        given["form"], Question(run_id, "decide/-1"), stores=stores
    ),
    "decide": lambda run_id, given, stores: outdated.decide(
        given["form"], Question(run_id, "decide/-1"), given["choice"], by="lider", said=given["said"], stores=stores
    ),
    "close_lot": _close_lot,
    "settle": lambda run_id, _, stores: outdated.settle(run_id, stores=stores),
}
"""Tasks by name: the run's id and what they are given."""


def review(run: Mapping[str, Any], stores: Stores) -> None:
    """One task about an issued version that may be out of date."""
    handed = Path(run["handed"])
    done: Results = json.loads(handed.read_text(encoding="utf-8")) if handed.exists() else {}
    done[run["review"]] = REVIEWS[run["review"]](run["run_id"], run.get("given", {}), stores)
    handed.write_text(json.dumps(done), encoding="utf-8")


def _run(command: dict[str, Any]) -> None:
    point("WAREHOUSE", schema=command["database"])
    point("ARCHIVE", extra={"service_config": {"s3": {"bucket_name": command["bucket"]}}})
    changes = {"approval": "required"} if command.get("asks_approval") else command.get("contract_changes")
    stores = STORES
    if changes:
        stores = replace(
            STORES,
            contract=lambda each: _changed(STORES.contract(each), changes),
            contract_file=lambda each: replace(
                cast("ContractFile", STORES.contract_file(each)), contract=_changed(STORES.contract(each), changes)
            ),
        )
    try:
        with set_current_context({"params": command["params"]}):
            (review if "review" in command else close)(command, stores)
    finally:
        if command.get("warm"):
            STORES.s3(ARCHIVE)[0].close()  # its connections are not for the children


def _changed(contract: Contract, changes: Mapping[str, Any]) -> Contract:
    return Contract.model_validate({**contract.model_dump(), **changes})


def remembered(pure: Callable[..., Any]) -> Callable[..., Any]:
    """A pure function, carried out once for the same arguments: children that die soon ask it again and again."""
    folder = Path(os.environ["AIRFLOW_HOME"]).with_name("remembered")
    folder.mkdir(exist_ok=True)

    @functools.wraps(pure)
    def remembering(*given: Any, **named: Any) -> Any:
        told = [each.model_dump() if isinstance(each, BaseModel) else each for each in (*given, *sorted(named.items()))]
        kept = folder / f"{pure.__name__}-{hashlib.sha256(repr(told).encode()).hexdigest()}"
        if not kept.exists():
            unfinished = kept.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(pickle.dumps(pure(*given, **named)))
            unfinished.replace(kept)
        return pickle.loads(kept.read_bytes())

    return remembering


def point(connection: str, *, extra: Mapping[str, Any] | None = None, **changes: Any) -> None:
    name = f"AIRFLOW_CONN_{connection}"
    described = json.loads(os.environ[name])
    os.environ[name] = json.dumps({**described, **changes, "extra": {**described.get("extra", {}), **(extra or {})}})


if __name__ == "__main__":
    for name in ("render_documents", "crosscheck", "check_language"):
        setattr(documents, name, remembered(getattr(documents, name)))
    serve(_run)
