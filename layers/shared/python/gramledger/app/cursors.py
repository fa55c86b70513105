"""Cursors: where to go on reading a list, as text that a client hands back unread."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from gramledger.core.problems import InvalidRequest


def pack(*position: int | str) -> str:
    """The cursor of a position."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def unpack(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The position of a cursor that `pack` made, of these kinds (int: not negative). Raises InvalidRequest."""
    try:
        position = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        )
    except (ValueError, binascii.Error):
        position = None
    if not isinstance(position, list) or [type(p) for p in position] != list(kinds) or _negative(position):
        raise InvalidRequest(
            f"'{cursor}' is no cursor of this list. Take 'next_cursor' of the answer before it."
        )
    return tuple(position)


def _negative(position: list[Any]) -> bool:
    return any(isinstance(p, int) and p < 0 for p in position)
