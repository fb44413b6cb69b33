"""Sums by key become the hours of use that are kept: each key is read once, and what lasts longer is spread."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from service_reports.failures import NOT_STORABLE, storable
from service_reports.foreign_text import foreign_line
from service_reports.records import UsageHour
from service_reports.records.quotation import LONGEST_NAME
from service_reports.sources.answer import SourceError
from service_reports.sources.oci_cost_reports.forms import COST_CSV, Form, Layout, of_tag
from service_reports.sources.oci_cost_reports.hours import LONGEST, hours_of, instant, shares
from service_reports.sources.oci_cost_reports.one_line import Unreadable, aside_for
from service_reports.sources.oci_cost_reports.sums import MOST_SUMS, ZERO, CostLines, Key, Sums, too_many_sums

MOST_SPREAD_HOURS = 500_000
"""Of all lines of a report that are longer than an hour: each of their hours is a row, and a line may be of a year."""
LONGEST_TEXTS = LONGEST_NAME
"""Of all texts of a key together: even of four bytes a letter, they fit an entry of the table's index."""
TOO_LONG = f"es demasiado largo: los textos suman hasta {LONGEST_TEXTS} letras"
LONGEST_SKU = 64
"""A number of a product is one; a longer text is none, and says nothing of its line."""


def usage_hours(sums: Sums, columns: Layout, tag_keys: Sequence[str]) -> CostLines:
    """What some lines add up to, by hour (UTC). Call it under the exact context.

    Raises:
        SourceError: its lines are longer together than any report's, or tell more sums apart.
    """
    reading = _Keys(columns.form, tag_keys)
    folded: dict[tuple[Any, ...], list[Any]] = {}
    corrected = {key for key, _ in sums.corrections}
    first_hours: dict[Key, tuple[Any, ...]] = {}
    # As the file has them: polars groups in any order, and a place that a check names must be the same ever after.
    in_order = sorted(sums.by_key, key=lambda key: -sums.by_key[key][4])
    spread = 0
    while in_order:
        key = in_order.pop()
        quantity, cost, lines, corrections, line, sku = sums.by_key.pop(key)
        try:
            span, names = reading.read(key)
        except Unreadable as error:
            told_cost = None if columns.cost is None else _plain(cost)
            sums.set_aside(aside_for(key, error, line, lines, _plain(quantity), told_cost))
            continue
        spread += len(span) - 1
        if spread > MOST_SPREAD_HOURS:
            raise SourceError(
                f"línea {line}: las líneas de más de una hora suman más de {MOST_SPREAD_HOURS} horas, "
                "como en ningún informe del proveedor: no se cargó"
            )
        if len(folded) > MOST_SUMS:
            raise too_many_sums()
        for hour, part, of_cost in _spread(span, quantity, cost):
            name = (hour, *names)
            if key in corrected:
                first_hours.setdefault(key, name)
            held = folded.get(name)
            if held is None:
                folded[name] = [part, of_cost, lines, corrections, [], sku]
            else:
                folded[name] = [
                    held[0] + part,
                    held[1] + of_cost,
                    held[2] + lines,
                    held[3] + corrections,
                    [],
                    held[5] or sku,
                ]
    for key, correction in sums.corrections:
        if key in first_hours:
            folded[first_hours[key]][4].append(correction)
    found = CostLines(
        UsageHour._make(
            (*place, _plain(quantity), _plain(cost), lines, corrections, tags, tuple(amendments), _number_of(sku))
        )
        for (*place, tags), (quantity, cost, lines, corrections, amendments, sku) in folded.items()
    )
    found.lines_aside = tuple(sorted(sums.aside.values(), key=lambda each: each.line))
    found.identities = _by_hour(sums.identities)
    return found


class _Keys:
    """Reads keys: the hours of each, and the names that its lines are kept under."""

    def __init__(self, form: Form, tag_keys: Sequence[str]) -> None:
        self._form, self._tag_keys = form, tag_keys
        self._spans: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
        self._names: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._gated: dict[str, str] = {}

    def read(self, key: Key) -> tuple[list[tuple[datetime, int]], tuple[object, ...]]:
        """The hours of a key with what of it each has; and its texts, the tags last.

        Raises:
            Unreadable: its lines cannot be kept.
        """
        when = key[:2]
        # Most keys say of another hour what one before them said: that is as good as it was, if it is as long.
        told = (len(key.start) + len(key.end), *key[2:])
        if when in self._spans and told in self._names:
            return self._spans[when], self._names[told]
        _check(key, self._form)
        gated = self._gated
        for text in key[2:7]:
            if text not in gated:
                gated[text] = foreign_line(text, LONGEST_TEXTS)
        _refuse_blank(key, gated, self._form)
        tags = _tags(self._form, key.tags, self._tag_keys)
        if len("".join((*key[:7], *(value for _, value in tags)))) > LONGEST_TEXTS:
            raise Unreadable("Tags", "(oculto)", TOO_LONG)
        names = (*(gated[text] for text in key[2:7]), tags)
        self._spans[when] = _span(self._form, *when)
        self._names[told] = names
        return self._spans[when], names


def _number_of(sku: str) -> str:
    """The number of a product as it can be kept; what cannot be one is none."""
    return storable(sku) if len(sku) <= LONGEST_SKU else ""


def _by_hour(identities: Mapping[str, array[int]]) -> dict[datetime, array[int]]:
    """Identities by the hour in which their lines begin; lines that do not tell it are in no sum."""
    found: dict[datetime, array[int]] = {}
    for start, told in identities.items():
        with suppress(ValueError):
            hour = instant(start).replace(minute=0, second=0, microsecond=0)
            found.setdefault(hour, array("Q")).extend(told)
    return {hour: told for hour, told in found.items() if told}


def _spread(
    span: Sequence[tuple[datetime, int]], quantity: Decimal, cost: Decimal
) -> Iterable[tuple[datetime, Decimal, Decimal]]:
    """What of a quantity and its cost falls into each hour."""
    if len(span) == 1:
        return ((span[0][0], quantity, cost),)
    hours, weights = zip(*span, strict=True)
    return zip(hours, shares(quantity, weights), shares(cost, weights), strict=True)


def _check(key: Key, form: Form) -> None:
    """See that the texts of a key can be kept."""
    texts, tags = key[:7], key.tags
    together = "".join((*texts, *tags)) if tags else "".join(texts)
    # FOCUS has all tags in one text, of which the wanted ones alone are kept.
    if len(together) > LONGEST_TEXTS and (form is COST_CSV or sum(map(len, texts)) > LONGEST_TEXTS):
        column, text = max(_named(key, form), key=lambda each: len(each[1]))
        raise Unreadable(column, text, TOO_LONG)
    if not together.isprintable() and NOT_STORABLE.search(together):
        column, text = next(each for each in _named(key, form) if NOT_STORABLE.search(each[1]))
        raise Unreadable(column, text, "tiene un carácter nulo, o bytes que no son UTF-8")


def _refuse_blank(key: Key, gated: Mapping[str, str], form: Form) -> None:
    """See that no name is blank without which a quantity says nothing."""
    needed = ((form.service, key.service), (form.description, key.description), (form.unit[0], key.unit))
    for column, text in needed:
        if not gated[text]:
            raise Unreadable(column, text, "está en blanco")


def _named(key: Key, form: Form) -> list[tuple[str, str]]:
    """The texts of a key, each with its column."""
    *texts, tags = key
    columns = (form.start, form.end, form.compartment, form.service, form.description, form.unit[0], form.currency)
    return [*zip(columns, texts, strict=True), *(("tags", tag) for tag in tags)]


def _span(form: Form, start: str, end: str) -> list[tuple[datetime, int]]:
    """The hours of a line and what of it each has; one that tells no end is of the hour in which it starts."""
    first = _instant(form.start, start)
    last = _instant(form.end, end) if end else first
    if not first <= last <= first + LONGEST:
        raise Unreadable(form.end, end, f"es anterior al comienzo, o más de {LONGEST.days} días posterior")
    return hours_of(first, last)


def _instant(column: str, text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise Unreadable(column, text, str(error)) from None


def _first_of(values: Iterable[object]) -> object:
    """The first of some values that says something; ``None``: none does."""
    return next((value for value in values if value not in (None, "")), None)


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point."""
    return value.normalize() + ZERO


def _tags(form: Form, texts: Sequence[str], tag_keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if form is COST_CSV:
        return tuple((key, text) for key, text in zip(tag_keys, texts, strict=True) if text)
    if not texts or not texts[0]:
        return ()
    try:
        told = json.loads(texts[0], parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, Mapping):
        raise Unreadable("Tags", "(oculto)", "no es un objeto JSON")
    found = [(key, value) for key in tag_keys if (value := _first_of(of_tag(key, told.items()))) not in (None, "")]
    if not all(isinstance(value, str) and not NOT_STORABLE.search(value) for _, value in found):
        raise Unreadable("Tags", "(oculto)", "tiene un valor que no es un texto, o un carácter que no se puede guardar")
    return tuple((key, str(value)) for key, value in found)
