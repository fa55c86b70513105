"""Reading the entries of a project, in the order of time."""

from __future__ import annotations

from typing import Any

from gramledger.app.apply import Place, read_page
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_project
from gramledger.app.show_claims import show_claim
from gramledger.app.show_impact import show_impact
from gramledger.app.show_list_price import show_list_price
from gramledger.app.spans import DaySpan
from gramledger.core import page
from gramledger.ports import World


def list_entries(
    world: World, caller: Caller, project: str, span: DaySpan, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Entries of the span, at most `limit`, and the cursor of the next ones (None at the end).

    Raises NotFound, and InvalidRequest for a cursor that is none.
    """
    home = find_project(world, caller.tenant, project)
    day, offset = unpack(cursor, str, int) if cursor else (None, 0)
    first = day or span.first
    found: list[dict[str, Any]] = []
    for head in world.ledger.heads(caller.tenant, home.project_id, first, span.last):
        if not head.entries:
            continue
        here = offset if head.day == day else 0
        if len(found) == limit:
            return found, pack(head.day, 0)
        table = page.entries(read_page(world, Place(caller.tenant, home.project_id, head.day), head))
        taken = table.slice(here, limit - len(found)).to_pylist()
        found.extend(describe(row) for row in taken)
        if here + len(taken) < table.num_rows:
            return found, pack(head.day, here + len(taken))
    return found, None


def describe(row: dict[str, Any]) -> dict[str, Any]:
    """One row of a page as clients see an entry."""
    stated = show_claim(row)
    return {
        **stated,
        "key": row["key"],
        "source": row["source"],
        "warnings": sorted({*stated["warnings"], *(row["impact_warnings"] or "").split()}),
        "list_price": show_list_price(row),
        "impact": show_impact(row),
    }
