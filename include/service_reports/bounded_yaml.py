"""Files that people edit, read in bounded time and memory whatever is in them: one stops only itself.

PyYAML's own loader ends with the process over ten thousand brackets, and spells out what aliases of aliases
stand for. Here libyaml's events are taken one by one, and what is too deep or too much ends the reading at once.
Light: forms of DAG files load it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1024 * 1024
"""Forty times a contract with every section."""
MOST_NODES = 50_000
"""Counted as if every alias were written out."""
MOST_DEPTH = 20
TAGS_OF_COLLECTIONS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class Unbounded(ValueError):
    """A file that is not one, or that is too large to be what it should be; the message is Spanish."""


def read_regular(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file.

    Raises:
        OSError: it cannot be opened or read.
        Unbounded: it is a folder, a pipe or a device, or has more than ``most`` bytes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would wait for who writes to it
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unbounded("no es un archivo sino una carpeta, una tubería o un dispositivo: quítelo de allí")
        content = b""
        while len(content) <= most and (more := os.read(descriptor, most + 1)):
            content += more
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise Unbounded(f"tiene más de {most} bytes: redúzcalo")
    return content


def _line(event: yaml.Event) -> int:
    mark: Any = event.start_mark  # of libyaml's own kind
    return int(mark.line) + 1


def _wrong(event: yaml.Event, said: str) -> yaml.YAMLError:
    mark: Any = event.start_mark
    return yaml.MarkedYAMLError(None, None, said, mark)


class _Collection:
    """A list or mapping whose end has not come yet."""

    def __init__(self, event: yaml.CollectionStartEvent, nodes_before: int) -> None:
        self.content: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self.anchor = event.anchor
        self.nodes_before = nodes_before
        self.key: Any = None
        self.has_key = False

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.content, dict) and not self.has_key

    def add(self, value: object, event: yaml.Event) -> None:
        if isinstance(self.content, list):
            self.content.append(value)
        elif self.has_key:
            self.content[self.key] = value
            self.has_key = False
        else:
            if not isinstance(value, Hashable):
                raise _wrong(event, "una clave debe ser una sola palabra")
            if value in self.content:
                raise _wrong(event, f"la clave {value!r} está dos veces")
            self.key, self.has_key = value, True


class _Document:
    """What the events have told so far."""

    def __init__(self) -> None:
        self.content: Any = None
        self.nodes = self.documents = 0
        self._open_ones: list[_Collection] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        if event.tag not in TAGS_OF_COLLECTIONS:
            raise _wrong(event, f"la etiqueta {event.tag} no se usa aquí")
        self._open_ones.append(_Collection(event, self.nodes))
        self.nodes += 1
        if len(self._open_ones) > MOST_DEPTH:
            raise Unbounded(f"tiene más de {MOST_DEPTH} niveles, en la línea {_line(event)}: quítelos")

    def end(self, event: yaml.CollectionEndEvent) -> None:
        ended = self._open_ones.pop()
        self.take(ended.content, event, ended.anchor, self.nodes - ended.nodes_before)

    @property
    def awaits_key(self) -> bool:
        """Whether what comes next is the name of a field."""
        return bool(self._open_ones) and self._open_ones[-1].awaits_key

    def repeat(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchors:
            raise _wrong(event, f"el ancla &{event.anchor} no existe")
        value, weight = self._anchors[event.anchor]
        self.nodes += weight
        self.take(value, event, None, weight)

    def take(self, value: object, event: yaml.Event, anchor: str | None, weight: int) -> None:
        """Put a whole value where it stands; ``weight`` is its nodes."""
        if self.nodes > MOST_NODES:
            raise Unbounded(f"tiene más de {MOST_NODES} valores, con sus alias (`*`) desplegados: redúzcalo")
        if anchor is not None:
            self._anchors[anchor] = value, weight
        if self._open_ones:
            self._open_ones[-1].add(value, event)
        else:
            self.content = value


def load(text: str, scalar: Callable[[yaml.ScalarEvent], object]) -> Any:  # noqa: ANN401 (its reader knows)
    """The one document of a text as lists, mappings and what ``scalar`` makes of the rest; ``None`` for an empty one.

    A key is always a text: ``on`` is a field's name, though YAML 1.1 reads it as yes.

    Raises:
        yaml.YAMLError: it is no YAML, has a key twice, or a tag that is not of plain YAML.
        Unbounded: it is nested too deeply, or too long when every alias is written out.
    """
    read = _Document()
    events: Any = yaml.CSafeLoader(text)
    while event := events.get_event():
        if isinstance(event, yaml.ScalarEvent):
            read.nodes += 1
            read.take(event.value if read.awaits_key else scalar(event), event, event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            read.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            read.end(event)
        elif isinstance(event, yaml.AliasEvent):
            read.repeat(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            read.documents += 1
            if read.documents > 1:
                raise _wrong(event, "hay más de un documento (`---`)")
    return read.content
