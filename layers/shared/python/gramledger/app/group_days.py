"""Joining the chunks of an import and dealing its days out to tasks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from gramledger.app import keys
from gramledger.app.bases import basis_now
from gramledger.app.halting import halts
from gramledger.app.lookup import (
    change_import,
    find_project,
    keep_json,
    read_json,
    require_turn,
    running_import,
    write_json,
)
from gramledger.core import limits
from gramledger.core.chunks import Chain, Span, chain
from gramledger.core.heads import day_name, day_number
from gramledger.core.imports import Import
from gramledger.core.outliers import SHOWN
from gramledger.core.parts import Segment
from gramledger.core.problems import NoRows, ReplacementEmpty, TooManyDays
from gramledger.core.terms import ImportTerms
from gramledger.ports import World

WAVES = 3
"""One wave always suffices; a chain that is still open after this many is an error of ours."""


@halts
def group_days(
    world: World,
    tenant: str,
    import_id: str,
    *,
    confirmed: bool = False,
    days_per_task: int = limits.DAYS_PER_TASK,
) -> dict[str, list[dict[str, Any]]]:
    """{redo, portions}: chunks to parse again, or else (chain proven) the portions of days to calculate.

    An import that has gone further gets what it was told then. Raises NoRows, ReplacementEmpty, TooManyDays, and
    RecordTooLong where a record of the file is too long.
    """
    record = running_import(world, tenant, import_id, confirmed=confirmed)
    record = change_import(world, record, lambda known: known.enter("group", world.clock.now_ms()))
    require_turn(record, confirmed=confirmed)
    if record.phase != "group":
        return known_days(world, record)
    plan = read_json(world.store, keys.plan(tenant, record.reading))
    found = [read_json(world.store, key) for key in world.store.keys(keys.chunks(tenant, record.reading))]
    chunks = {chunk["index"]: chunk for chunk in found}
    spans = [Span(chunk["index"], chunk["start"], chunk["end"]) for chunk in found]
    joined = chain(spans, plan["reading"]["first"], plan["size"])
    if not joined.complete:
        return {"redo": _redo(world, record, joined, chunks), "portions": []}
    path = [chunks[span.index] for span in joined.path]
    days = _days_of(path)
    terms = _terms(record, days)
    days = _with_window(days, terms)
    portions = _portions(days, days_per_task)
    basis = keep_json(world.store, keys.basis(tenant, record.reading), _basis(world, record))
    chosen = {**basis, "reading": record.reading, "terms": terms.to_json()}
    for index, (first, last) in enumerate(portions):
        portion = {**_portion(path, plan, first, last), **chosen}
        write_json(world.store, keys.portion(tenant, record.reading, index), portion)
    write_json(world.store, keys.days(tenant, record.reading), _account(path, plan, days, len(portions)))
    rows = sum(chunk["rows"] for chunk in path)
    if not rows:
        raise NoRows("The file has a header, but only blank lines below it. Export a range with usage.")
    claims = sum(chunk["claims"] for chunk in path)
    if not claims and record.options.mode == "replace" and not _without_usage(record, path):
        raise ReplacementEmpty(
            "None of the file's rows is accepted, and nothing cannot replace anything. See its rejects; to take an "
            "import out of the ledger, undo it."
        )
    change_import(
        world,
        record,
        lambda known: known.enter("calculate", world.clock.now_ms(), rows_total=rows, claims_total=claims),
    )
    return {"redo": [], "portions": [{"index": index} for index in range(len(portions))]}


_WITHOUT_USAGE = frozenset(("bucket-empty", "row-blank"))
"""The codes of rows that say that there was nothing."""


def _without_usage(record: Import, path: list[dict[str, Any]]) -> bool:
    """Whether a file says of the window that its import names that there was no usage, and nothing else."""
    refused = {code for chunk in path for code in (*chunk["rejects"], *chunk["filtered"])}
    return record.options.window is not None and bool(refused) and refused <= _WITHOUT_USAGE


def known_days(world: World, record: Import) -> dict[str, Any]:
    """What `group_days` answered when the days were found."""
    account = read_json(world.store, keys.days(record.tenant, record.reading))
    return {"redo": [], "portions": [{"index": index} for index in range(account["portions"])]}


def _basis(world: World, record: Import) -> dict[str, Any]:
    """What the project says now of keys and calculations, and the time of these."""
    project = find_project(world, record.tenant, record.project_id)
    return {
        "format": record.format,
        "identity": project.settings.identity.get(record.format or ""),
        **basis_now(world, project).to_json(),
        "calculated_at": record.started_at or record.created_at,
    }


def _terms(record: Import, days: list[tuple[int, int]]) -> ImportTerms:
    """What the import asks of the days: the window that it replaces is the one that it names, or else from its first
    to its last day."""
    options = record.options
    window = None
    named = options.window
    if options.mode == "replace" and (days or named):
        window = (day_number(named["from"]), day_number(named["to"])) if named else (days[0][0], days[-1][0])
    return ImportTerms(record.source_format, options.on_conflict, options.account, window)


def _with_window(days: list[tuple[int, int]], terms: ImportTerms) -> list[tuple[int, int]]:
    """The days with those that are only replaced: they have 0 rows. Raises TooManyDays."""
    replaced = range(terms.window[0], terms.window[1] + 1) if terms.window else range(0)
    every = {**dict.fromkeys(replaced, 0), **dict(days)}
    if len(every) > limits.DAYS_PER_IMPORT:
        raise TooManyDays(
            f"The file has rows of {len(days):,} different days, or replaces some without rows: {len(every):,} days "
            f"together; an import may have {limits.DAYS_PER_IMPORT:,}. Check the date column, or split the file by "
            "date.",
            limit=limits.DAYS_PER_IMPORT,
        )
    return sorted(every.items())


def _redo(
    world: World, record: Import, joined: Chain, chunks: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The stretches to read again, as chunks with numbers of their own; where they may end is kept in the store."""
    wave = 1 + max(chunk["wave"] for chunk in chunks.values())
    if wave > WAVES:
        raise RuntimeError(f"the chunks do not join after {WAVES} waves of reading them again")
    following = max(chunks) + 1
    redo = []
    for index, stretch in enumerate(joined.redo, start=following):
        write_json(
            world.store,
            keys.meets(record.tenant, record.reading, index),
            {"wave": wave, "meets": stretch.meets},
        )
        redo.append(
            {"index": index, "start": stretch.start, "stop": stretch.meets[0], "aligned": True, "wave": wave}
        )
    return redo


def _days_of(path: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """(day, rows) of all days of the file's rows, ascending."""
    days: Counter[int] = Counter()
    for chunk in path:
        for form in chunk["segments"]:
            days.update(dict(Segment.from_json(form).days))
    return sorted(days.items())


def _portions(days: list[tuple[int, int]], days_per_task: int) -> list[tuple[int, int]]:
    """The first and last day of each portion: as many days as one task may take, by number and by rows."""
    portions: list[tuple[int, int]] = []
    count = rows = 0
    for day, size in days:
        if portions and count < days_per_task and rows + size <= limits.ROWS_PER_TASK:
            portions[-1] = (portions[-1][0], day)
        else:
            portions.append((day, day))
            count = rows = 0
        count, rows = count + 1, rows + size
    return portions


def _portion(path: list[dict[str, Any]], plan: dict[str, Any], first: int, last: int) -> dict[str, Any]:
    """Where the claims of the days first to last are, in all chunks."""
    chunks = []
    before = 0
    for chunk in path:
        segments = [s for s in map(Segment.from_json, chunk["segments"]) if s.touches(first, last)]
        if segments:
            forms = [segment.to_json() for segment in segments]
            chunks.append({"index": chunk["index"], "rows_before": before, "segments": forms})
        before += chunk["rows"]
    users = {user for chunk in path for user in chunk["users"]}
    several_users = len(users) > 1 or plan["several_users"]
    return {"first": first, "last": last, "several_users": several_users, "chunks": chunks}


def _account(
    path: list[dict[str, Any]], plan: dict[str, Any], days: list[tuple[int, int]], portions: int
) -> dict[str, Any]:
    """What the import's file holds: rows, claims, days, and the rejects with their place in it."""
    rejects: Counter[str] = Counter()
    outliers: list[dict[str, Any]] = []
    chunks = []
    rows, lines = 0, plan["reading"]["lines_before"]
    for chunk in path:
        rejects.update(chunk["rejects"])
        rejects.update(chunk["filtered"])
        outliers.extend({**found, "row": found["row"] + rows + 1} for found in chunk["outliers"]["first"])
        chunks.append(
            {
                "index": chunk["index"],
                "rows_before": rows,
                "lines_before": lines,
                "rejects": chunk["rejects"],
            }
        )
        rows, lines = rows + chunk["rows"], lines + chunk["lines"]
    return {
        "rows": rows,
        "accepted": sum(chunk["accepted"] for chunk in path),
        "claims": sum(chunk["claims"] for chunk in path),
        "first": day_name(days[0][0]) if days else None,
        "last": day_name(days[-1][0]) if days else None,
        "days": [day for day, _ in days],
        "portions": portions,
        "rejects": dict(rejects),
        "outliers": {
            "count": sum(chunk["outliers"]["count"] for chunk in path),
            "first": outliers[:SHOWN],
        },
        "chunks": chunks,
    }
