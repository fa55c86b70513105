"""Reading the entries of a project, in the order of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gramledger.app.apply import Place
from gramledger.app.as_of import heads_of, page_of, show_ledger
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_project
from gramledger.app.show_claims import show_claim
from gramledger.app.show_impact import show_impact
from gramledger.app.show_list_price import show_list_price
from gramledger.app.spans import DaySpan
from gramledger.core import page
from gramledger.core.heads import Head
from gramledger.core.terms import TermsBySource
from gramledger.ports import World


def list_entries(
    world: World, caller: Caller, project: str, span: DaySpan, *, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Entries of the span, at most `limit`; the cursor of the next ones (None at the end); and the `ledger` of the days
    that these are of.

    Raises NotFound, InvalidRequest for a cursor that is none, HistoryPruned and HistoryBroken.
    """
    home = find_project(world, caller.tenant, project)
    day, offset = unpack(cursor, str, int) if cursor else (None, 0)
    found: list[dict[str, Any]] = []
    further = None
    read: list[Head] = []
    for head in heads_of(world, caller.tenant, home.project_id, replace(span, first=day or span.first)):
        if not head.entries:
            continue
        if len(found) == limit:
            further = pack(head.day, 0)
            break
        here = offset if head.day == day else 0
        place = Place(caller.tenant, home.project_id, head.day)
        table = page.entries(page_of(world, place, head, span), head.terms)
        read.append(head)
        taken = table.slice(here, limit - len(found)).to_pylist()
        found.extend(describe(row, head.terms) for row in taken)
        if here + len(taken) < table.num_rows:
            further = pack(head.day, here + len(taken))
            break
    return {"entries": found, "next_cursor": further, "ledger": show_ledger(read)}


def describe(row: dict[str, Any], terms: TermsBySource) -> dict[str, Any]:
    """One row of a page as clients see an entry; `terms` are those of the page's sources."""
    stated = show_claim(row)
    asked = terms.get(row["source"])
    return {
        **stated,
        "key": row["key"],
        "source": row["source"],
        "format": asked.format if asked else None,
        "warnings": sorted({*stated["warnings"], *(row["impact_warnings"] or "").split()}),
        "list_price": show_list_price(row),
        "impact": show_impact(row),
    }
