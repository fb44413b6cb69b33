"""The figures of a version, and what they say otherwise than the version that was issued before it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from service_reports import register
from service_reports.contracts import Contract, ReportPeriod
from service_reports.figures.model import FigureChange, PeriodFigures, SupersededDocument, VersionChanges
from service_reports.register import IssueKey
from service_reports_airflow.steps.version import (
    kept_figures,
    label,
    origin_as_held,
    origin_now,
    skipped,
    version_of_run,
)
from service_reports_airflow.stores import STORES, Stores
from service_reports_airflow.telling import told

if TYPE_CHECKING:
    import psycopg

    from service_reports.archive import Archive
    from service_reports.figures.causes import Cause
    from service_reports.records.period_rows import PeriodRows

log = logging.getLogger(__name__)

OF_ISSUED = "report."
"""Kinds of observations about issued versions begin so."""
OF_COLLECTION = "collection."
"""Kinds of observations about answers, whatever days they tell of, begin so."""


class Present(NamedTuple):
    """The rows of a report as they are now, and its figures of them as any of its versions: by number and reason."""

    rows: PeriodRows
    made_as: Callable[[int, str | None], PeriodFigures]


def present_figures(
    db: psycopg.Connection[Any], held: Contract, report: ReportPeriod, run_id: str
) -> Callable[[int, str | None], PeriodFigures]:
    """The rows of a report as they are now, ready to be computed as any of its versions: by number and reason."""
    return present(db, held, report, run_id).made_as


def present(
    db: psycopg.Connection[Any], held: Contract, report: ReportPeriod, run_id: str, *, by_hour: bool = False
) -> Present:
    """The same with the rows themselves, ``by_hour`` with the use of each hour; what they show is kept as observed."""
    from service_reports.figures import compute_figures
    from service_reports.figures.findings import HOUR_BANK_KINDS, TICKET_KINDS, hour_bank_findings, ticket_findings
    from service_reports.figures.gaps import gaps, named, unread
    from service_reports.warehouse import keep_observations, read_observations, read_period

    rows = read_period(db, held, report, by_hour=by_hour)
    last_day = ("tickets", report.period_to)
    exported = next((each.read_at for each in rows.days_read if (each.source, each.day) == last_day), None)
    keep_observations(
        db,
        ticket_findings(held, [report], exported),
        kinds=TICKET_KINDS,
        scope=held.id,
        first=report.period_to,
        last=report.period_to,
        run_id=run_id,
    )
    if "hour_bank" in named(held) and not unread(gaps(held, report.days, rows), "hour_bank"):
        keep_observations(
            db,
            hour_bank_findings(held, report, rows),
            kinds=HOUR_BANK_KINDS,
            scope=held.id,
            first=report.period_from,
            last=report.period_to,
            run_id=run_id,
        )
    # Only the contract's own: what is known of its tenancy may speak of another customer. And only of the data:
    # that an issued version is out of date is what the next one corrects, and what was refused it says of its days.
    observed = [
        each
        for each in read_observations(db, [held.id], report.period_from, report.period_to)
        if not each.kind.startswith((OF_ISSUED, OF_COLLECTION))
    ]
    return Present(rows, lambda version, reason: compute_figures(held, report, version, reason, rows, observed))


class AgainstIssued(NamedTuple):
    """Figures as issued and as they would be now, what may have changed them, and each that is another."""

    issued: PeriodFigures
    now: PeriodFigures
    causes: tuple[Cause, ...]
    changed: tuple[FigureChange, ...]


def against_issued(
    db: psycopg.Connection[Any],
    store: Archive,
    held: Contract,
    issued: IssueKey,
    made_as: Callable[[int, str | None], PeriodFigures],
    *,
    stores: Stores,
) -> AgainstIssued:
    """The figures of a registered version as issued and as they would be now, and all that may have changed them.

    The present ones are computed under its number and reason, so that nothing differs but what
    the data, the contract or the code changed. The issued ones are told under the present names of
    what people wrote: another rule of masking is no other figure.
    """
    from service_reports.figures.causes import Settings, causes_of_arrivals, causes_of_rows, causes_of_settings
    from service_reports.figures.changes import compare, of_data
    from service_reports.figures.free_texts import as_named_now, own_words
    from service_reports.warehouse import arrivals_since, hour_bank_requests

    entry = register.read_issue(db, issued)
    now = made_as(issued.version, entry.correction_reason)
    kept = kept_figures(store, entry.figures_key)
    before = as_named_now(kept, now, hour_bank_requests(db, held), held.ticket_detail, own_words(held))
    report = held.report(issued.report_number)
    origin = origin_now(held, report, stores=stores)
    arrivals = arrivals_since(db, held, report, entry.claimed_at)
    causes = (
        *causes_of_arrivals(arrivals, report.period_from, report.period_to),
        *causes_of_rows(before, now),
        *causes_of_settings(
            Settings(entry.contract_sha256, entry.code_version), Settings(origin.contract_sha256, origin.code_version)
        ),
    )
    found = compare(before.figures, now.figures, causes)
    same_code = entry.code_version == origin.code_version
    changed = of_data(before.figures, now.figures, found, same_code=same_code)
    return AgainstIssued(before, now, causes, changed)


@told
def compute(issue: Mapping[str, Any], run_id: str, *, stores: Stores = STORES) -> dict[str, Any]:
    """Compute the figures of a version from the warehouse, and keep them in the archive.

    Raises:
        AirflowSkipException: it would say what the registered version before it says: nothing is issued.
        ContractChanged: the contract's file was edited since this task, or its lot, has read it.
        NotClaimed, NotOfThisRun: another run has taken the version over.
    """
    from service_reports.figures.coverage import coverage
    from service_reports.warehouse import keep_verdicts

    with stores.warehouse() as db, stores.archive() as store:
        key, held_issue = version_of_run(db, issue, run_id)
        held = stores.contract(key.contract_id)
        if held_issue.registered_at is not None:
            log.info("%s ya está registrada: sus cifras se quedan como están", key)
            return asdict(key)
        report = held.report(key.report_number)
        origin = origin_as_held(key, held_issue, held, stores=stores, figures_made=False)
        rows, made_as = present(db, held, report, run_id, by_hour=True)
        figures = made_as(key.version, held_issue.correction_reason)
        corrected = register.latest_registered(db, key.contract_id, key.report_number)
        if corrected is not None:
            replaced = IssueKey(key.contract_id, key.report_number, corrected)
            figures = figures.model_copy(
                update={"changes": _changes(db, store, held, replaced, made_as, stores=stores)}
            )
        figures = _with_evidence(db, store, held, key, run_id, rows, figures, origin)
        findings = coverage(figures)
        keep_verdicts(db, findings, run_id=f"{run_id}/figures", contract_id=held.id)
        for finding in findings:
            if not finding.passed:
                log.warning("%s: %s", finding.check, finding.detail)
        kept = store.keep(figures.model_dump_json().encode())
        register.set_figures(db, key, run_id, kept, origin)
        log.info("Cifras: %s", len(figures.figures))
        if figures.changes is not None and figures.changes.nothing:
            unchanged = f"sin cambios frente a la versión {figures.changes.version}"
            register.note_unchanged(db, key, run_id, f"{unchanged}: ni cifras ni textos; no se emite")
            register.archive_events(db, store)
            label(f"{key}: {unchanged}")
            raise skipped(
                f"{key}: {unchanged}: las cifras y los textos son los mismos; no se emite nada. "
                "El número de versión queda para la próxima corrección"
            )
    return asdict(key)


def _with_evidence(
    db: psycopg.Connection[Any],
    store: Archive,
    held: Contract,
    key: IssueKey,
    run_id: str,
    rows: PeriodRows,
    figures: PeriodFigures,
    origin: register.Origin,
) -> PeriodFigures:
    """The figures with the rows behind them named, which are put into the archive for the reports to carry."""
    from service_reports.documents.evidence.bundle import bundle
    from service_reports.documents.evidence.rows import evidence_rows, source_rows

    report = held.report(key.report_number)
    told = {
        "code_version": origin.code_version,
        "contract_sha256": origin.contract_sha256,
        "register_head": register.head_before(db, key),
    }
    answers = register.answers_in_force(db, (held.id, held.oci.tenancy_ocid), report.period_from, report.period_to)
    files = (
        *evidence_rows(held, report, rows, figures, told),
        *source_rows(held, answers, register.checks_of(db, answers, held.id, run_id)),
    )
    archive_key = store.keep(bundle(files))
    return figures.model_copy(update={"evidence": tuple(each.kept(archive_key) for each in files)})


def _changes(
    db: psycopg.Connection[Any],
    store: Archive,
    held: Contract,
    replaced: IssueKey,
    made_as: Callable[[int, str | None], PeriodFigures],
    *,
    stores: Stores,
) -> VersionChanges:
    """What a new version would say otherwise than a registered one, and why."""
    from service_reports.documents import RenderedDocument, issued_text_changes
    from service_reports.figures.causes import explain_texts

    entry = register.read_issue(db, replaced)
    issued, now, causes, changed = against_issued(db, store, held, replaced, made_as, stores=stores)
    documents = [
        RenderedDocument(
            each.kind,
            each.title,
            each.code,
            each.file_name,
            each.media_type,
            store.read(each.blob_key),
        )
        for each in register.read_documents(db, replaced)
    ]
    texts = issued_text_changes(held, issued, now, documents, figures_changed=bool(changed))
    assert entry.registered_at is not None
    return VersionChanges(
        version=replaced.version,
        issued_at=entry.registered_at,
        figures_sha256=entry.figures_sha256,
        documents=tuple(
            SupersededDocument(title=each.title, sha256=hashlib.sha256(each.content).hexdigest()) for each in documents
        ),
        figures=changed,
        texts=texts,
        text_cause=explain_texts(causes) if texts else "",
    )
