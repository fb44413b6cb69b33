"""A server's own side of its life: it says when it is ready, and it ends when its supervisor does.

A server started by hand from a terminal has no supervisor, and both then do nothing.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

READY_FILE_VARIABLE = "SANDBOX_READY_FILE"
PR_SET_PDEATHSIG = 1


def _leave(signal_number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def leave_on_signals(*signals: signal.Signals) -> None:
    """Turn the signals into ``SystemExit`` in the main thread, so that every ``finally`` runs."""
    for each in signals:
        signal.signal(each, _leave)


def _watch_supervisor() -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever written: returns when the supervisor's end of the pipe closes
    os.kill(os.getpid(), signal.SIGTERM)


def end_with_launcher(by: signal.Signals) -> None:
    """In a child that is about to become another program: it gets this signal when who launched it has ended."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


def begin() -> None:
    """Turn SIGTERM, SIGINT and the supervisor's end into ``SystemExit`` in the main thread."""
    leave_on_signals(signal.SIGTERM, signal.SIGINT)
    if READY_FILE_VARIABLE in os.environ:
        threading.Thread(target=_watch_supervisor, daemon=True).start()


def announce_ready() -> None:
    """Tell the supervisor that the server listens and holds its data; what it has loaded is garbage never."""
    gc.freeze()
    if path := os.environ.get(READY_FILE_VARIABLE):
        Path(path).touch()
