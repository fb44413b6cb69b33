"""What a contract lets out of the texts that people wrote: nothing, what is known to be harmless, or all of it.

A request of the hour bank is known by its words, so where these stay inside, a code stands for it that is the same
in every version and every month. What was issued under other names, because the contract or the rule of masking was
another, is found again in the words of the help desk.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from service_reports.contracts import Contract
from service_reports.figures import catalogue
from service_reports.figures.figure import Figure
from service_reports.figures.model import PeriodFigures
from service_reports.masking.personal_data import REQUEST_CODE, masked
from service_reports.records import HourBankEntry, IssuedFigure
from service_reports.sources.exports.cells import plain

Detail = Literal["none", "masked", "full"]
MARK = re.compile(r"\\\[[^\]\\]+\\\]")
"""A mark of masking in an escaped text."""
LONGEST_LABEL = 200
CUT = re.compile(rf"(?P<beginning>.{{{LONGEST_LABEL}}}) [0-9a-f]{{12}}", re.DOTALL)


def own_words(contract: Contract) -> frozenset[str]:
    """The contract's own lists, whose words say nothing of a person: products, modules, terms, codes, priorities …"""
    products = {text for product in contract.products for text in (product.code, product.name)}
    platform = {module.name for product in contract.platform for module in product.modules}
    named = {product.name for product in contract.platform} | {each.name for each in contract.retired_names}
    terms = {term.term for term in contract.glossary}
    parties = {contract.entity.name, contract.entity.short_code, contract.contractor.short_name, contract.number}
    helps = {contract.contractor.help_desk_name, contract.contractor.legal_name}
    urgency = {each for level in contract.service_levels for each in level.priorities}
    return frozenset(urgency | products | platform | named | terms | parties | helps | set(contract.components))


def printed_text(text: str, detail: Detail, known: Collection[str] = ()) -> str:
    """A text that people wrote as the contract lets it out; empty where it lets out none. ``known`` words may stay."""
    return text if detail == "full" else masked(text, known) if detail == "masked" else ""


def request_name(request: str, detail: Detail, known: Collection[str] = ()) -> str:
    """What stands for a request of the hour bank: its words, or a code where these stay inside.

    >>> request_name("Sobretasa ambiental", "none") == request_name("SOBRETASA AMBIENTAL.", "none")
    True
    """
    if detail != "none" or REQUEST_CODE.fullmatch(request):
        return request if detail == "full" else masked(request, known)
    return f"Solicitud BH-{hashlib.sha256(plain(request).encode()).hexdigest()[:6].upper()}"


def label(request: str) -> str:
    """A request as the ids of figures name it: on one line, and cut where it is long, yet its own."""
    line = " ".join(request.split())
    if len(line) <= LONGEST_LABEL:
        return line
    return f"{line[:LONGEST_LABEL]} {hashlib.sha256(line.encode()).hexdigest()[:12]}"


def names_now(
    issued: Iterable[str], requests: Collection[str], detail: Detail, known: Collection[str] = ()
) -> dict[str, str]:
    """How each request that ids of figures name is named in them now; ``requests`` are the help desk's own words.

    A name of no request that is there still is written as the contract lets out.
    """
    present = {label(request_name(request, detail, known)): request for request in requests}
    names = {}
    for name in dict.fromkeys(issued):
        found = (now for now, words in present.items() if _is_name_of(name, words))
        names[name] = name if name in present else next(found, label(request_name(name, detail, known)))
    return names


def _is_name_of(name: str, words: str) -> bool:
    """Whether a request was printed under a name: by its code, in full, or masked by whatever rule."""
    words = " ".join(words.split())
    if name == request_name(words, "none") or plain(name) == plain(words):
        return True
    cut = CUT.fullmatch(name)
    if cut is None and "[" not in name:
        return False
    shape = MARK.sub(".+", re.escape(cut["beginning"] if cut else name))
    # A closing signature was left out without a mark.
    return re.fullmatch(shape + (".*" if cut else r"(?:\W.*)?"), words) is not None


def renamed(figure_id: str, names: Mapping[str, str]) -> str:
    """The id of a figure of the hour bank with its request named otherwise."""
    found = catalogue.known(figure_id)
    request = _request_of(found)
    if found is None or request not in names:
        return figure_id
    return found.family.figure_id(**{**found.parameters, "request": names[request]})


def named_in(figure_ids: Iterable[str]) -> list[str]:
    """The requests that ids of figures name."""
    return list(dict.fromkeys(filter(None, (_request_of(catalogue.known(each)) for each in figure_ids))))


def _request_of(found: catalogue.Id | None) -> str:
    """The request that an id names; an act of the contract that gives hours is none."""
    given = found is not None and found.parameters.get("moved", "").startswith("contracted-")
    return "" if found is None or given else found.parameters.get("request", "")


def named_now(
    issued: Iterable[IssuedFigure], entries: Iterable[HourBankEntry], detail: Detail, known: Collection[str] = ()
) -> tuple[IssuedFigure, ...]:
    """Figures of the hour bank in earlier reports, under the names that their requests have now."""
    issued = tuple(issued)
    names = names_now(named_in(each.figure_id for each in issued), {entry.request for entry in entries}, detail, known)
    return tuple(each.model_copy(update={"figure_id": renamed(each.figure_id, names)}) for each in issued)


def as_named_now(
    issued: PeriodFigures,
    now: PeriodFigures,
    requests: Collection[str],
    detail: Detail,
    known: Collection[str] = (),
) -> PeriodFigures:
    """Issued figures under the names of the present ones, so that only what is another fact differs."""
    present = {figure.id for figure in now.figures}
    names = names_now(named_in(figure.id for figure in issued.figures), requests, detail, known)
    printed = [request_name(request, detail, known) for request in requests]
    whole = {label(request): request for request in printed}

    def named(figure: Figure) -> Figure:
        again = renamed(figure.id, names)
        found = catalogue.known(figure.id)
        if found is not None and found.family.chapter == "tickets" and figure.id not in present:
            safe = found.family.figure_id(
                **{name: masked(value, known, classified=True) for name, value in found.parameters.items()}
            )
            again = safe if safe in present else figure.id
        return figure.model_copy(update={"id": again})

    figures = tuple(named(figure) for figure in issued.figures)
    if issued.hour_bank is None:
        return issued.model_copy(update={"figures": figures})
    asked = [entry.request for entry in issued.hour_bank.entries]
    labels = names_now(map(label, asked), requests, detail, known)
    again = [whole.get(labels[label(request)], labels[label(request)]) for request in asked]
    entries = zip(issued.hour_bank.entries, again, strict=True)
    bank = issued.hour_bank.model_copy(
        update={"entries": tuple(entry.model_copy(update={"request": request}) for entry, request in entries)}
    )
    return issued.model_copy(update={"figures": figures, "hour_bank": bank})
