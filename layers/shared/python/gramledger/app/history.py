"""What happened to the pages of a project: every version of every day, with its cause and what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gramledger.app.as_of import chains
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_project
from gramledger.app.spans import DaySpan
from gramledger.app.summary import totals
from gramledger.core import history
from gramledger.core.heads import Head, counts_json
from gramledger.core.iso import iso
from gramledger.core.page import RECALCULATION
from gramledger.core.receipt import sum_counts
from gramledger.ports import World


def list_history(
    world: World, caller: Caller, project: str, span: DaySpan, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The versions of the span's days by day and number, at most `limit`, and the cursor of the next ones.

    Raises NotFound, HistoryBroken, and InvalidRequest for a cursor that is none.
    """
    home = find_project(world, caller.tenant, project)
    found: list[dict[str, Any]] = []
    for version in versions_from(world, caller.tenant, home.project_id, span, cursor):
        if len(found) == limit:
            last = found[-1]
            return found, pack(last["day"], last["version"])
        found.append(_show(version))
    return found, None


def versions_from(
    world: World, tenant: str, project_id: str, span: DaySpan, cursor: str | None
) -> Iterator[Head]:
    """The versions of the chains of a span's days, oldest first, after the one that the cursor names (day, number)."""
    day, number = unpack(cursor, str, int) if cursor else (None, 0)
    first = replace(span, first=day or span.first)
    current = world.ledger.heads(tenant, project_id, first.first, first.last)
    for head, written in chains(world, tenant, project_id, current):
        for version in reversed(list(history.chain(head, written))):
            if version.day != day or version.version > number:
                yield version


def show_cause(version: Head) -> dict[str, Any]:
    """What changed a page, as the API says it."""
    kind, about = history.cause_of(version)
    if kind.endswith(RECALCULATION):
        return {"kind": kind, "import_id": None, "recalculation_id": about}
    return {"kind": kind, "import_id": about}


def _show(version: Head) -> dict[str, Any]:
    return {
        "day": version.day,
        "version": version.version,
        "at": iso(version.at),
        "cause": show_cause(version),
        "actor": version.actor or None,
        "entries": version.entries,
        "sources": len(version.sources),
        "counts": counts_json(sum_counts(version.sources.values())),
        "totals": totals(version.groups),
        "hash": version.hash,
        "previous": version.previous,
    }
