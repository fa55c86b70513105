"""A fetched window as a file: JSON lines, which are imported as any other file is.

The first line is the header: which window of which endpoint it is, by which key and when it was fetched. Then comes a
line for each result, in the provider's order, with its bucket and all of its members as they came; numbers have the
digits that the provider wrote. A window without any usage has one line whose result is null. What a line says is turned
into columns by `core.convert.window_rows`.

  {"document":"gramledger-window/1","endpoint":"openai/costs","key_id":"01K...","start":"2026-11-01T00:00:00.000Z",
   "end":"2026-11-02T00:00:00.000Z","fetched_at":"2026-11-02T02:00:00.000Z"}
  {"window_of":"openai/costs","start":1793491200,"end":1793577600,"result":{"amount":{"value":"0.06",...},...}}
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gramledger.core.convert.json_values import Number, text_of
from gramledger.core.convert.window_rows import DOCUMENT
from gramledger.core.iso import iso
from gramledger.core.providers.pages import Result, WindowRequest


@dataclass(frozen=True, slots=True)
class WindowDocument:
    """The file of a window."""

    content: bytes
    digest: str
    """SHA-256 (hex) of all that the provider said: the same for windows that say the same, whenever they were fetched
    and in whatever order."""
    results: int
    """How many results it has; 0 for a window without usage."""


def document_of(
    window: WindowRequest, key_id: str, found: Iterable[Result], *, fetched_at: int
) -> WindowDocument:
    """The document of a window that was read to its last page; `fetched_at` is ms UTC."""
    used = [result for result in found if result.fields is not None]
    kept = used or [Result(window.start, window.end, None)]
    lines = list(_lines(window.endpoint.id, kept))
    header: dict[str, object] = {
        "document": DOCUMENT,
        "endpoint": window.endpoint.id,
        "key_id": key_id,
        "start": iso(window.start * 1000),
        "end": iso(window.end * 1000),
        "fetched_at": iso(fetched_at),
    }
    return WindowDocument(
        content=_line(header) + b"".join(lines),
        digest=hashlib.sha256(b"".join(sorted(lines))).hexdigest(),
        results=len(used),
    )


def _lines(endpoint: str, results: Iterable[Result]) -> Iterator[bytes]:
    for result in results:
        yield _line(
            {
                "window_of": endpoint,
                "start": Number(result.start),
                "end": Number(result.end),
                "result": result.fields,
            }
        )


def _line(members: dict[str, object]) -> bytes:
    return text_of(members).encode() + b"\n"
