"""GET / and /web/...: the dashboard's files, which lie in this function's own package."""

from functools import cache
from pathlib import Path
from typing import Any

from gramledger.entry.pages import Pages
from gramledger.settings import page_from_environment

_FOLDER = Path(__file__).parent / "web"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One file of the dashboard."""
    return pages().answer(event)


@cache
def pages() -> Pages:
    """The files, read at the first request."""
    return Pages(_FOLDER, page_from_environment())
