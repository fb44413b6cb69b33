"""What a mail server says, which need not end by itself."""

from __future__ import annotations

import smtplib
import socket
import time

LONGEST_ANSWER_BYTES = 65536
"""Of an answer with all its lines; the longest that servers give, to EHLO, has some hundred."""
LONGEST_LINE_BYTES = 8192
CHUNK = 4096
GOES_ON = b"-"
"""After the code of a line that is not an answer's last (RFC 5321, 4.2.1)."""


def bound_answers(client: smtplib.SMTP) -> None:
    """Let a client read no answer beyond a size, or for longer than its socket's timeout; it then counts as gone."""
    if client.sock is not None and not isinstance(client.file, BoundedLines):
        client.file = BoundedLines(client.sock)


class BoundedLines:
    """Lines from a socket, in the place of the file that ``smtplib`` reads."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket, self._unread = sock, b""
        self._bytes = 0
        self._until: float | None = None

    def readline(self, limit: int) -> bytes:
        """The next line; empty when the server has gone.

        Raises:
            OSError: the answer, or a line of it, does not end.
        """
        if not self._bytes:
            patience = self._socket.gettimeout()
            self._until = None if patience is None else time.monotonic() + patience
        longest = min(limit, LONGEST_LINE_BYTES)
        while (end := self._unread.find(b"\n", 0, longest) + 1) == 0:
            if len(self._unread) >= longest:
                raise OSError(f"una línea de la respuesta pasa de {longest} bytes")
            chunk = self._more()
            if not chunk:
                return b""
            self._unread += chunk
        line, self._unread = self._unread[:end], self._unread[end:]
        self._bytes += end
        if self._bytes > LONGEST_ANSWER_BYTES:
            raise OSError(f"la respuesta pasa de {LONGEST_ANSWER_BYTES} bytes y no termina")
        if line[3:4] != GOES_ON:
            self._bytes = 0
        return line

    def _more(self) -> bytes:
        if self._until is None:
            return self._socket.recv(CHUNK)
        patience, left = self._socket.gettimeout(), self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("la respuesta no termina a tiempo")
        self._socket.settimeout(left)
        try:
            return self._socket.recv(CHUNK)
        finally:
            self._socket.settimeout(patience)

    def close(self) -> None:
        """Nothing is held but the socket, which its owner closes."""
