"""What a version says otherwise than the one before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import get_args

from pydantic import AwareDatetime

from service_reports.figures import catalogue
from service_reports.figures.chapter import Report
from service_reports.figures.figure import Figure, Maker
from service_reports.figures.model.frozen import Frozen


class FigureChange(Frozen):
    """One figure that another version of a report prints otherwise, or that only one of both prints (``None``).

    ``label`` says in Spanish what the figure is, ``cause`` which rows changed it, or that none is known.
    """

    figure_id: str
    label: str
    unit: str
    before: Decimal | None
    now: Decimal | None
    cause: str


class SupersededDocument(Frozen):
    """One document of the version that is replaced; ``sha256`` is that of its issued bytes."""

    title: str
    sha256: str


class TextChange(Frozen):
    """Texts of one document that are printed otherwise, though no figure explains it.

    ``gone`` and ``new`` count them; ``before`` and ``now`` are the texts themselves where they are few.
    """

    document: str
    gone: int
    new: int
    before: tuple[str, ...] = ()
    now: tuple[str, ...] = ()


class VersionChanges(Frozen):
    """What a corrected version replaces, and all that is another in it.

    ``version`` is the number of the replaced version, ``issued_at`` when it was registered, and
    ``figures_sha256`` the hash of the listing of its figures.
    """

    version: int
    issued_at: AwareDatetime
    figures_sha256: str | None
    documents: tuple[SupersededDocument, ...]
    figures: tuple[FigureChange, ...]
    texts: tuple[TextChange, ...] = ()
    text_cause: str = ""
    """What changed the texts; empty where none did."""

    @property
    def nothing(self) -> bool:
        """Whether the new version would say what the replaced one says."""
        return not self.figures and not self.texts

    @cached_property
    def by_id(self) -> Mapping[str, Figure]:
        """What a corrected version says of the change itself: what its figures were before, and how many changed."""
        make = Maker()
        before = (
            make("replaced", change.before, change.unit, figure=change.figure_id)
            for change in self.figures
            if change.before is not None
        )
        told = Counter(
            catalogue.report_of(found.subject if found else "summary")
            for found in (catalogue.known(change.figure_id) for change in self.figures)
        )
        counts = [
            make("changes.total", len(self.figures)),
            *(make("changes.printed", told[report], printed_in=report) for report in get_args(Report)),
            *(make("changes.texts.gone", text.gone, document=text.document) for text in self.texts),
            *(make("changes.texts.new", text.new, document=text.document) for text in self.texts),
        ]
        return {figure.id: figure for figure in (*before, *counts)}
