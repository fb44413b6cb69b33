"""One small report that is closed again and again, each time from the same beginnings.

The period is collected once; :meth:`Closing.restart` then gives a warehouse with just that, an empty archive
and an empty mail folder. :meth:`Closing.run` runs the real steps of a close in the publish driver, and
:meth:`Closing.outcome` tells what everybody would see in the end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import dict_row

from sandbox.airflow import PROJECT
from sandbox.supervisor import Sandbox
from service_reports import register
from service_reports.archive import Archive
from service_reports.contracts import load_contract
from service_reports.documents import crosscheck
from service_reports.documents.rendered import RenderedDocument
from service_reports.figures.model import PeriodFigures
from service_reports.warehouse import ensure_schema
from tests.integration.databases import copy_database
from tests.integration.killing import Driver, Ended

SCENARIO = PROJECT / "sandbox" / "scenarios" / "late-and-corrected"
CONTRACT, REPORT = "municipio-de-prueba-tres-003-2026", "2026-01"
PERIOD = {"first": "2026-04-01", "last": "2026-04-06"}
STEPS = ("gate", "figures", "documents", "approve", "sign_and_register", "archive", "confirm", "deliver")
PATIENCE_SECONDS = 2
"""How long a client waits for the mail server; the sandbox answers at once, unless a test delays it."""


@dataclass(frozen=True)
class Run:
    """A run of ``publish_service_reports`` for the report.

    ``handed`` keeps what its finished steps handed on; ``sends`` is the form's «Enviar».
    """

    run_id: str
    reason: str | None
    handed: Path
    sends: bool = True

    def results(self) -> dict[str, Any]:
        return json.loads(self.handed.read_text(encoding="utf-8")) if self.handed.exists() else {}

    @property
    def next_step(self) -> str | None:
        """The first step that is not done; ``None`` at the end, where a person is asked, or nothing is to be issued."""
        done = self.results()
        waits = "skipped" in done or "asked" in done
        return None if waits else next((step for step in STEPS if step not in done), None)

    @property
    def skipped(self) -> bool:
        """Whether a step found that there is nothing to issue."""
        return "skipped" in self.results()

    @property
    def asked(self) -> list[str]:
        """The choices of a person, where a step asks."""
        return list(self.results().get("asked", {}).get("options", ()))

    def clear(self, step: str) -> None:
        """What the UI's «Clear» does to a task and those after it."""
        done = self.results()
        kept = {name: done[name] for name in STEPS[: STEPS.index(step)] if name in done}
        self.handed.write_text(json.dumps(kept), encoding="utf-8")


@dataclass(frozen=True)
class Beginning:
    """A state to start from: a database to copy, archive and mail folder, and what a run had handed on."""

    database: str
    objects: Mapping[str, tuple[bytes, str, Mapping[str, str]]] = field(default_factory=dict, repr=False)
    messages: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    handed: str | None = None


class Closing:
    """The sandbox, the driver, and the warehouse, archive and mail folder of the present trial."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        sandbox.clear_faults()
        self._collector = Driver("tests.integration.ingest_driver", sandbox.environment, folder / "collector")
        self._collector.run({"warm": True})
        self._collector.succeed({"run_id": "collection", **PERIOD})
        self.collected = Beginning("warehouse")
        environment = dict(sandbox.environment)
        [mail] = (name for name in environment if name.startswith("AIRFLOW_CONN_MAIL"))
        described = json.loads(environment[mail])
        described["extra"] |= {"timeout": PATIENCE_SECONDS, "answer_timeout": PATIENCE_SECONDS}
        environment[mail] = json.dumps(described)
        self.driver = Driver("tests.integration.publish_driver", environment, folder / "driver")
        self.bucket = self.database = ""
        self.trial = folder
        self.restart()
        self.driver.run({**self._command(self.new_run("warm")), "warm": True})

    def stop(self) -> None:
        self.driver.stop()
        self._collector.stop()

    # Beginnings

    def restart(self, beginning: Beginning | None = None) -> None:
        """Warehouse, archive and mail folder as they were then, and no fault."""
        beginning = beginning or self.collected
        name = uuid4().hex[:12]
        self.forget()
        with self._server() as postgres:
            copy_database(postgres, f"close_{name}", beginning.database)
        self.database, self.bucket = f"close_{name}", f"close-{name}"
        client = self.sandbox.archive().client
        client.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name}
        )
        for key, (content, media_type, metadata) in beginning.objects.items():
            client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=media_type, Metadata=metadata)
        self.trial = self.folder / name
        self.trial.mkdir()
        for path in self.sandbox.mail_folder.glob("*.eml"):
            path.unlink()
        for name, message in beginning.messages.items():
            (self.sandbox.mail_folder / name).write_bytes(message)
        self.sandbox.clear_faults()

    def forget(self) -> None:
        """Remove the warehouse of the present trial."""
        if self.database:
            with self._server() as postgres:
                postgres.execute(f"drop database {self.database} with (force)")
            self.database = ""

    def uncollected(self) -> Beginning:
        """A warehouse with its schema, into which nothing was ever collected."""
        name = f"uncollected_{uuid4().hex[:12]}"
        with self._server() as postgres:
            postgres.execute(f"create database {name}")
        with psycopg.connect(f"{self._host} dbname={name}", autocommit=True) as empty:
            ensure_schema(empty)
        return Beginning(name)

    def read(self, readings: Sequence[Mapping[str, Any]], run_id: str = "readings") -> None:
        """Collect single sources by the real steps; ``ingest_driver`` tells what a reading is."""
        self._collector.succeed(
            {"run_id": run_id, "readings": list(readings), "database": self.database, "bucket": self.bucket}
        )

    def printed(self, version: int) -> list[RenderedDocument]:
        """The documents of a version as they lie in the archive."""
        with self.warehouse() as db:
            registered = register.read_documents(db, register.IssueKey(CONTRACT, REPORT, version))
        return [
            RenderedDocument(
                each.kind,
                each.title,
                each.code,
                each.file_name,
                each.media_type,
                self.store.read(each.blob_key),
                None,
                None,
            )
            for each in registered
        ]

    def figures(self, version: int) -> PeriodFigures:
        """The figures of a version as they were kept."""
        with self.warehouse() as db:
            key = register.read_issue(db, register.IssueKey(CONTRACT, REPORT, version)).figures_key
        assert key is not None
        return PeriodFigures.model_validate_json(self.store.read(key))

    def keep(self, run: Run) -> Beginning:
        """The present state, to start from again; ``run`` goes on from there."""
        name = f"kept_{uuid4().hex[:12]}"
        with self._server() as postgres:
            copy_database(postgres, name, self.database)
        client, objects = self.store.client, {}
        for key in self.store.keys(""):
            answer = client.get_object(Bucket=self.bucket, Key=key)
            objects[key] = (answer["Body"].read(), answer["ContentType"], answer["Metadata"])
        messages = {path.name: path.read_bytes() for path in self.sandbox.mail_folder.glob("*.eml")}
        return Beginning(
            name, objects, messages, run.handed.read_text(encoding="utf-8") if run.handed.exists() else None
        )

    # What happens

    def new_run(self, run_id: str, reason: str | None = None, beginning: Beginning | None = None) -> Run:
        """A new trigger; with a beginning, the run that was kept there."""
        run = Run(run_id, reason, self.trial / f"{run_id}.json")
        if beginning is not None and beginning.handed is not None:
            run.handed.write_text(beginning.handed, encoding="utf-8")
        return run

    def run(self, *runs: Run, kill_after: int | None = None, **options: Any) -> list[Ended]:
        """Go on with runs at the same time; ``kill_after`` kills the first of them."""
        commands = [{**self._command(run), **options} for run in runs]
        if kill_after is not None:
            commands[0]["kill_after"] = kill_after
        return self.driver.run(*commands)

    def succeed(self, run: Run, **options: Any) -> Ended:
        """Go on with a run, which must end well."""
        return self.driver.succeed({**self._command(run), **options})[0]

    def change_a_row(self) -> None:
        """What was collected is another thing now, each time the same: a correction has something to say."""
        with self.warehouse() as db:
            changed = db.execute(
                "update raw.oci_cost_use set quantity = quantity + 1 where (tableoid, ctid) ="
                " (select u.tableoid, u.ctid from raw.oci_cost_use u join raw.oci_cost_place using (place_id)"
                "   join raw.oci_cost_product using (product_id) where compartment_ocid like '%.muntres'"
                "  order by charge_period_start, product_description, unit, batch_id limit 1)"
            )
        assert changed.rowcount == 1

    def _command(self, run: Run) -> dict[str, Any]:
        report = {"contract_id": CONTRACT, "report_number": REPORT, "reason": run.reason}
        return {
            "run_id": run.run_id,
            "report": report,
            "handed": str(run.handed),
            "params": {"enviar": run.sends},
            "database": self.database,
            "bucket": self.bucket,
        }

    # What can be seen

    @property
    def store(self) -> Archive:
        return Archive(self.sandbox.archive().client, self.bucket)

    def warehouse(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        return self.looking_at(Beginning(self.database))

    @contextmanager
    def looking_at(self, beginning: Beginning) -> Iterator[psycopg.Connection[Any]]:
        """The warehouse of a beginning itself; nothing can start from there meanwhile."""
        with psycopg.connect(f"{self._host} dbname={beginning.database}", autocommit=True) as connection:
            yield connection

    def rows(self, statement: str) -> list[dict[str, Any]]:
        with self.warehouse() as db, db.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement).fetchall()

    def messages(self) -> list[tuple[str, dict[str, str]]]:
        """``Message-ID`` of each accepted message in the order of arrival, and its attachments' SHA-256 by name."""
        messages = []
        for path in sorted(self.sandbox.mail_folder.glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            attached = {
                str(part.get_filename()): hashlib.sha256(part.get_content()).hexdigest()
                for part in message.iter_attachments()
            }
            messages.append((str(message["Message-ID"]), attached))
        return messages

    def findings(self) -> list[str]:
        """What the daily check of the register would say."""
        with self.warehouse() as db:
            found = register.verify_all(db, self.store)
        return [str(finding) for finding in found]

    def misprinted(self, version: int) -> list[str]:
        """Where the registered documents of a version do not print the figures that are registered with them."""
        figures = self.figures(version)
        with self.warehouse() as db:
            listed = register.read_figures(db, register.IssueKey(CONTRACT, REPORT, version))
        verdicts = [
            verdict
            for verdict in crosscheck(load_contract(SCENARIO / "contract.yaml"), figures, self.printed(version))
            if not verdict.passed
        ]
        unlike = [] if tuple(listed) == figures.figures else ["the figures of the register are others"]
        return [*unlike, *(f"{verdict.check}: {verdict.detail}" for verdict in verdicts)]

    def outcome(self) -> dict[str, Any]:
        """What is the same however a close came to its end: nothing of runs, moments and signed bytes."""
        return {
            "versions": self.rows(
                "select version, state, correction_reason, requested_by, registered_at is not null as registered,"
                " archived_at is not null as archived, figures_sha256, contract_sha256 from register.report order by 1"
            ),
            "documents": self.rows(
                "select version, position, kind, title, code, file_name, archive_key,"
                " case when media_type <> 'application/pdf' then sha256 end as sha256"
                " from register.document order by 1, 2"
            ),
            "figures": self.rows("select * from register.figure order by 1, 2, 3, 4"),
            "deliveries": self.rows(
                "select version, message_id, recipient, state, sent_at is not null as sent"
                " from register.delivery order by 1"
            ),
            "issued": list(self.store.keys("issued/")),
            "messages": [message_id for message_id, _ in self.messages()],
        }

    @property
    def _host(self) -> str:
        return f"host={self.sandbox.endpoints.postgres_socket_folder} user=postgres"

    def _server(self) -> psycopg.Connection[Any]:
        return psycopg.connect(f"{self._host} dbname=postgres", autocommit=True)
