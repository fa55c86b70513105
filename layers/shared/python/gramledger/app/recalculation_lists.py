"""What a recalculation changes, day by day and model by model: lists that are made when a turn has found all of it.

They are kept in parts of a limited size, so a page costs the same whatever it is a page of. A recalculation that is
planned shows the lists of its preview, also while it is carried out, and afterwards those of what it has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, Literal

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import read_if_there, write_json
from gramledger.core import bodies, change_file
from gramledger.core.change_totals import STEPS, ChangeTotals
from gramledger.core.changes import CHANGE, FAILURE
from gramledger.core.problems import InvalidRequest, NotFound
from gramledger.core.recalculations import Recalculation, Turn
from gramledger.ports import World

PART_LINES = 500
"""How many lines a part of a list has; only the last one has fewer, maybe none."""

Form = dict[str, Any]
Kind = Literal["changes", "failures"]
"""The tables of a day; its line names where they are kept, and null where there is none."""

_SCHEMAS: dict[Kind, pa.Schema] = {"changes": CHANGE, "failures": FAILURE}
_COUNTED: dict[Kind, str] = {"changes": "entries", "failures": "failed"}
"""The member of a day's line that says how many entries such a table has."""


def keep_lists(world: World, record: Recalculation, turn: Turn, days: Iterable[Form]) -> Form:
    """Make the lists of what a turn has found of each day, in order; what it comes to in all."""
    total, counted = ChangeTotals(), 0
    models: dict[str | None, ChangeTotals] = defaultdict(ChangeTotals)

    def told() -> Iterator[Form]:
        nonlocal total, counted
        for day in days:
            found = ChangeTotals.from_json(day)
            total += found
            counted += found.claims > 0
            for model in day["models"]:
                models[model["model"]] += ChangeTotals.from_json(model)
            yield {name: value for name, value in day.items() if name not in ("models", "sources")}

    _keep(world, record, turn, "days", told())
    largest = sorted(models.items(), key=lambda pair: (-_carbon(pair[1]), pair[0] or ""))
    _keep(world, record, turn, "models", ({"model": name, **found.to_json()} for name, found in largest))
    return {"days": counted, **total.to_json()}


def keep_file(world: World, record: Recalculation) -> None:
    """Write the file of all entries that a recalculation has changed, day by day."""
    tables = (table for _, table in _tables(world, record, "run", "changes", 0))
    pieces = chain([change_file.header()], map(change_file.lines, tables))
    world.store.write_parts(file_key(record), pieces)


def file_key(record: Recalculation) -> str:
    """Where that file is."""
    return _key(record, "run", "report.csv")


def page_of_lines(
    world: World, record: Recalculation, name: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """Lines of the list `days` or `models`, from the cursor on, and the next cursor. Raises NotFound where nothing is
    known yet, and InvalidRequest."""
    (start,) = unpack(cursor, int) if cursor else (0,)
    found = list(islice(_lines(world, record, shown_turn(record), name, start), limit + 1))
    further = pack(found[limit][0]) if len(found) > limit else None
    return [line for _, line in found[:limit]], further


def days_changed(world: World, record: Recalculation) -> Iterator[Form]:
    """The line of each day. Raises NotFound."""
    return (line for _, line in _lines(world, record, shown_turn(record), "days", 0))


def tables_of(
    world: World, record: Recalculation, kind: Kind, start: int = 0
) -> Iterator[tuple[int, pa.Table]]:
    """The tables of the days that have entries in one, in order, each with the number of its day's line; from that
    number on. Raises NotFound where nothing is known yet, or not any more."""
    return _tables(world, record, shown_turn(record), kind, start)


def shown_turn(record: Recalculation) -> Turn:
    """Whose lists a recalculation shows. Raises NotFound where there are none yet."""
    if record.report is not None:
        return "run"
    if record.preview is not None:
        return "preview"
    raise NotFound(
        f"The recalculation {record.recalculation_id} has nothing to show yet: it is '{record.status}'."
    )


def _tables(
    world: World, record: Recalculation, turn: Turn, kind: Kind, start: int
) -> Iterator[tuple[int, pa.Table]]:
    for number, line in _lines(world, record, turn, "days", start):
        if line[_COUNTED[kind]]:
            yield number, bodies.decode(_read(world, record, line[kind]), _SCHEMAS[kind])


def _read(world: World, record: Recalculation, key: str) -> bytes:
    try:
        return world.store.read(key)
    except KeyError:
        raise NotFound(
            f"The entries of the preview of {record.recalculation_id} are not kept any more. Plan it again.",
            recalculation_id=record.recalculation_id,
        ) from None


def _keep(world: World, record: Recalculation, turn: Turn, name: str, lines: Iterable[Form]) -> None:
    rest, number = iter(lines), 0
    while True:
        part = list(islice(rest, PART_LINES))
        write_json(world.store, _part_key(record, turn, name, number), part)
        if len(part) < PART_LINES:
            return
        number += 1


def _lines(
    world: World, record: Recalculation, turn: Turn, name: str, start: int
) -> Iterator[tuple[int, Form]]:
    """The lines of a list from a number on, each with its number. Raises InvalidRequest where there is no such line."""
    number, begin = divmod(start, PART_LINES)
    while True:
        part = read_if_there(world.store, _part_key(record, turn, name, number))
        if part is None:
            raise InvalidRequest(
                "The cursor is none of this list. Take 'next_cursor' of the answer before it."
            )
        yield from enumerate(part[begin:], number * PART_LINES + begin)
        if len(part) < PART_LINES:
            return
        number, begin = number + 1, 0


def _part_key(record: Recalculation, turn: Turn, name: str, number: int) -> str:
    return _key(record, turn, f"{name}/{number:05d}.json")


def _key(record: Recalculation, turn: Turn, name: str) -> str:
    place = (record.tenant, record.project_id, record.recalculation_id)
    return keys.recalculation(*place, f"found/{turn}-{record.execution_of(turn)}/{name}")


def _carbon(found: ChangeTotals) -> int:
    steps = dict(zip(STEPS, found.sums["gwp"], strict=True))
    return abs(steps["after"] - steps["before"])
