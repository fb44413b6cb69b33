"""What stands in a folder is known by standing there: no list names it a second time."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

Declared = TypeVar("Declared")


def declared(package: str, folders: Iterable[str], name: str, of: type[Declared]) -> list[Declared]:
    """What the modules of a package declare under a name, by the names of modules; those without it do not count.

    ``folders`` are the package's ``__path__``.

    Raises:
        TypeError: what one declares is no ``of``.
    """
    found = []
    for module in sorted(each.name for each in iter_modules(folders)):
        declaration = getattr(import_module(f"{package}.{module}"), name, None)
        if isinstance(declaration, of):
            found.append(declaration)
        elif declaration is not None:
            raise TypeError(f"{package}.{module}.{name} is no {of.__name__}")
    return found
