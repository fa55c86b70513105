"""GET / and /web/...: the dashboard's files, which lie in this function's own package."""

from pathlib import Path
from typing import Any

from gramledger.entry.pages import Pages
from gramledger.settings import page_from_environment

_FOLDER = Path(__file__).parent / "web"
_pages: list[Pages] = []


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """One file of the dashboard."""
    if not _pages:
        _pages.append(Pages(_FOLDER, page_from_environment()))
    return _pages[0].answer(event)
