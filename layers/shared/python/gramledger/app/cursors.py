"""Cursors: where to go on reading a list, as text that a client hands back unread."""

from __future__ import annotations

import base64
import binascii
import json

from gramledger.core.problems import InvalidRequest


def pack(*position: int | str) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def unpack(cursor: str, *, parts: int) -> tuple[int, ...]:
    """The numbers of a cursor that `pack` made. Raises InvalidRequest for anything else."""
    try:
        position = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        position = None
    whole = isinstance(position, list) and len(position) == parts
    if not whole or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in position):
        raise InvalidRequest(f"'{cursor}' is no cursor of this list. Take 'next_cursor' of the answer before it.")
    return tuple(position)
