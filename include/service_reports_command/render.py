"""``service-reports render``: the pages of a scenario's month on the screen, without Airflow or a database."""

from __future__ import annotations

import argparse
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from service_reports_command.terminal import FAILS, HOLDS, UNTOLD, AddParser, complain, say

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

    from service_reports.contracts import Contract
    from service_reports.documents import RenderedDocument
    from service_reports.figures.model import PeriodFigures

PIXELS_PER_POINT = 1.5
PDF_SUFFIX = ".pdf"
SAME_STEP = "\n          "
HEAD_OF_PAGE = 72.0
"""A heading that stands no lower than so many points from the edge begins its page."""
DESCRIPTION = """\
Render the documents of a scenario's month: a folder with contract.yaml and CSV files (docs/scenarios.md). Its rows are
taken as read at the hour of the cut-off; what the warehouse finds about the data is not among them. Nothing is signed.
A report carries its figures and rows; the pages of a section carry nothing.

Ends with 0: the files are written; 1: the scenario, or what was asked of it, does not hold; 2: it could not be done.
"""


class NotThere(Exception):
    """What was asked for does not exist; the message says what does."""


class Heading(NamedTuple):
    """A line of a document's outline: its depth (0 a section), its page from 0, points from the page's top."""

    title: str
    depth: int
    page: int
    top: float


def add_to(add_parser: AddParser) -> None:
    """Add the command to the command line."""
    plain = argparse.RawDescriptionHelpFormatter
    command = add_parser(
        "render", help="render the pages of a scenario's month", description=DESCRIPTION, formatter_class=plain
    )
    command.add_argument("scenario", metavar="SCENARIO", type=Path, help="a folder, e.g. one of sandbox/scenarios")
    command.add_argument("--contract", help="the contract's id, where the scenario has several")
    command.add_argument("--number", help="the report's number, e.g. 2026-01; the contract's first when left out")
    command.add_argument(
        "--report",
        metavar="WORD",
        action="append",
        help="only kinds of documents with this word in their name: technical, act; may be said again",
    )
    command.add_argument("--section", help="only the pages of a section: its number, or words of its heading")
    command.add_argument("--png", action="store_true", help="each page as a picture as well")
    command.add_argument("--out", type=Path, default=Path("build/render"), help="folder to write into: %(default)s")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compute, render and write; say which files, and how long each step took."""
    try:
        from sandbox.scenario import ScenarioError
    except ImportError:
        complain("there is no sandbox here to read a scenario — run this in a checkout of the project")
        return UNTOLD
    from service_reports.contracts import ContractError
    from service_reports.contracts.model import NoSuchReport

    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for line in timed(steps(arguments)):
            say(line)
    except (ScenarioError, ContractError, NotThere) as error:
        complain(str(error))
        return FAILS
    except NoSuchReport as error:
        complain(error.args[0])
        return FAILS
    except OSError as error:  # the folder to write into
        complain(str(error))
        return UNTOLD
    return HOLDS


def timed(told: Iterator[str]) -> Iterator[str]:
    """Each line with the seconds that it took, and the sum at the end."""
    started = at = time.monotonic()
    for line in told:
        now = time.monotonic()
        yield f"{now - at:6.2f} s  {line}"
        at = now
    yield f"{at - started:6.2f} s  in all"


def steps(arguments: argparse.Namespace) -> Iterator[str]:
    """Do one step after the other; what each has done or written."""
    contract, figures, rows = month(arguments.scenario, arguments.contract, arguments.number)
    yield f"{contract.id} {figures.report_number}: {len(figures.figures)} figures"
    headings: list[Heading] = []
    written = False
    for kind in asked_kinds(contract, arguments.report):
        for name, document in rendered(kind, contract, figures, rows):
            if document.file_name.endswith(PDF_SUFFIX):
                found, paths = write_pages(document.content, arguments.out / name, arguments.section, arguments.png)
                headings += found
            else:
                paths = [] if arguments.section else [write_whole(document, arguments.out / name)]
            written = written or bool(paths)
            if paths:
                yield SAME_STEP.join(map(str, paths))
    if not written:
        known = "\n".join(f"  {heading.title}" for heading in headings if not heading.depth)
        raise NotThere(f"there is no section {arguments.section!r} — ask for one of\n{known}")


def month(
    folder: Path, contract_id: str | None, number: str | None
) -> tuple[Contract, PeriodFigures, Mapping[str, bytes]]:
    """A report's figures, computed of the scenario's rows, and the files of these that its documents carry.

    Raises:
        ScenarioError: the scenario does not hold.
        ContractError: its contract does not.
        NoSuchReport: the contract's calendar has no report of this number.
        NotThere: the scenario has no such contract, or several and none was named.
    """
    from sandbox.month import read_and_reported
    from sandbox.scenario import load_scenarios
    from service_reports.documents.evidence.rows import evidence_rows

    by_id = {each.contract.id: each for each in load_scenarios(folder)}
    known = ", ".join(by_id)
    if contract_id is None and len(by_id) > 1:
        raise NotThere(f"{folder} has several contracts — choose one with --contract: {known}")
    scenario = by_id.get(contract_id or next(iter(by_id)))
    if scenario is None:
        raise NotThere(f"{folder} has no contract {contract_id!r} — choose one of {known}")
    contract = scenario.contract
    report = contract.report(number) if number else contract.reports[0]
    rows, figures = read_and_reported(scenario, report)
    files = evidence_rows(contract, report, rows, figures, {})
    kept = tuple(each.kept(each.name) for each in files)
    return contract, figures.model_copy(update={"evidence": kept}), {each.name: each.content for each in files}


def asked_kinds(contract: Contract, words: Sequence[str] | None) -> Sequence[str]:
    """The kinds of documents of a contract with one of some words in their name; all where no word was said.

    Raises:
        NotThere: no kind has such a word.
    """
    known = contract.document_kinds
    for word in words or ():
        if not any(word in kind.split("_") for kind in known):
            raise NotThere(f"no kind of document has {word!r} in its name — choose words of {', '.join(known)}")
    return [kind for kind in known if words is None or not set(words).isdisjoint(kind.split("_"))]


def rendered(
    kind: str, contract: Contract, figures: PeriodFigures, rows: Mapping[str, bytes]
) -> Iterator[tuple[str, RenderedDocument]]:
    """The documents of one kind, each with a short name and with the files inside; several of a kind are numbered."""
    from service_reports.contracts.model import DOCUMENT_KINDS
    from service_reports.documents import render_documents

    for number, document in enumerate(render_documents(contract, figures, [kind], rows=rows), start=1):
        yield f"{kind}-{number}" if DOCUMENT_KINDS[kind].of_each_delivery else kind, document


def write_whole(document: RenderedDocument, stem: Path) -> Path:
    """The document as it is, under a short name."""
    path = stem.with_suffix(Path(document.file_name).suffix)
    path.write_bytes(document.content)
    return path


def write_pages(content: bytes, stem: Path, section: str | None, png: bool) -> tuple[list[Heading], list[Path]]:
    """Write the pages of a section, or all; the document's headings, and the files: none where it has no such section.

    Pictures of pages that an earlier call left under the same names are removed.
    """
    from pypdfium2 import PdfDocument

    document = PdfDocument(content)
    try:
        headings = outline(document)
        pages = range(len(document)) if section is None else pages_of(section, headings, len(document))
        if not pages:
            return headings, []
        path = stem.with_suffix(PDF_SUFFIX)
        if len(pages) == len(document):
            path.write_bytes(content)
        else:
            part = PdfDocument.new()
            part.import_pages(document, list(pages))
            part.save(path)
            part.close()
        paths = [path]
        for old in stem.parent.glob(f"{stem.name}-page-*.png"):
            old.unlink()
        for page in pages if png else ():
            paths.append(stem.with_name(f"{stem.name}-page-{page + 1:02}.png"))
            document[page].render(scale=PIXELS_PER_POINT).to_pil().save(paths[-1])
        return headings, paths
    finally:
        document.close()


def outline(document: PdfDocument) -> list[Heading]:
    """The headings of a document in its order."""
    headings = []
    for bookmark in document.get_toc():
        destination = bookmark.get_dest()
        page, (_, place) = destination.get_index(), destination.get_view()
        headings.append(Heading(bookmark.get_title(), bookmark.level, page, document[page].get_height() - place[1]))
    return headings


def pages_of(section: str, headings: Sequence[Heading], pages: int) -> list[int]:
    """The pages of all sections of this number, or with these words in their heading; from 0."""
    wanted = folded(section)
    by_number = wanted.replace(".", "").isdigit()
    found: set[int] = set()
    for position, heading in enumerate(headings):
        title = folded(heading.title)
        if title.split()[0].strip(".") == wanted.strip(".") if by_number else wanted in title:
            after = next((each for each in headings[position + 1 :] if each.depth <= heading.depth), None)
            last = pages - 1 if after is None else after.page - (after.top <= HEAD_OF_PAGE)
            found.update(range(heading.page, max(last, heading.page) + 1))
    return sorted(found)


def folded(text: str) -> str:
    """A text without accents and capitals."""
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
