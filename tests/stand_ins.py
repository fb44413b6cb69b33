"""Replaces what the steps of the DAGs reach for, in all of them at once."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

from service_reports_airflow import contracts, steps


def replace_in_steps(monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
    """Have every step call these functions where it imports some of their names, such as ``warehouse``."""
    modules = [
        importlib.import_module(f"{steps.__name__}.{found.name}") for found in pkgutil.iter_modules(steps.__path__)
    ]
    for name, function in functions.items():
        calling = [module for module in (contracts, *modules) if callable(getattr(module, name, None))]
        assert calling, f"no step knows {name}"
        for module in calling:
            monkeypatch.setattr(module, name, function)
