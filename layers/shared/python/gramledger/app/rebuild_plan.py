"""What the log says must be on the pages of a project, as windows of days: each as much as one task may hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import read_json
from gramledger.app.restore import logged_imports
from gramledger.core import limits
from gramledger.core.heads import Head, day_number
from gramledger.core.imports import Import
from gramledger.core.parts import Segment
from gramledger.core.terms import ImportTerms
from gramledger.ports import World

READERS = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """One portion of a source that counts: its days, each with the number of its claims (0 where it only replaces)."""

    import_id: str
    index: int
    days: dict[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive days, and the portions of the log that have a word in them; days are numbers since 1970-01-01."""

    days: tuple[int, ...]
    portions: tuple[tuple[str, int], ...]

    def only(self, days: Sequence[int]) -> Window:
        """The window with these days alone."""
        return Window(tuple(days), self.portions)

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {"days": list(self.days), "portions": [list(portion) for portion in self.portions]}

    @staticmethod
    def from_json(form: dict[str, Any]) -> Window:
        """The window of a JSON object that `to_json` gave."""
        return Window(tuple(form["days"]), tuple((name, index) for name, index in form["portions"]))


@dataclass(frozen=True, slots=True)
class Log:
    """What the log of a project says: the sources that count, and their stretches."""

    sources: tuple[str, ...]
    stretches: tuple[Stretch, ...]

    def expected(self) -> dict[int, dict[str, int]]:
        """How many claims each source has on each day."""
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for stretch in self.stretches:
            for day, claims in stretch.days.items():
                found[day][stretch.import_id] = claims
        return found

    def windows(self, further: Sequence[int] = ()) -> list[Window]:
        """Windows of all its days and some further ones."""
        rows: Counter[int] = Counter(dict.fromkeys(further, 0))
        for stretch in self.stretches:
            rows.update(stretch.days)
        return [
            Window(
                days,
                tuple((s.import_id, s.index) for s in self.stretches if not s.days.keys().isdisjoint(days)),
            )
            for days in _packed(sorted(rows.items()))
        ]


def read_log(world: World, tenant: str, project_id: str) -> Log:
    """What the log says of a project. Raises KeyError where an object of it is lost."""
    counting = [record for record in logged_imports(world, tenant, project_id) if record.counts]
    with ThreadPoolExecutor(READERS) as readers:
        stretches = [
            s for found in readers.map(lambda one: list(_stretches(world, one)), counting) for s in found
        ]
    return Log(tuple(record.import_id for record in counting), tuple(stretches))


def kept_days(record: Import) -> frozenset[int] | None:
    """The days that stayed of an import that was cancelled; None where all did."""
    if record.status != "cancelled":
        return None
    return frozenset(map(day_number, (record.taken_back or {}).get("kept_days", ())))


def as_expected(head: Head | None, expected: dict[str, int]) -> bool:
    """Whether a head has just the sources, each with as many claims, that the log names for its day."""
    claims = {name: count.claims for name, count in head.sources.items()} if head else {}
    return claims == {name: count for name, count in expected.items() if count} and (
        head is None or head.members == expected.keys()
    )


def _stretches(world: World, record: Import) -> Iterator[Stretch]:
    place = (record.tenant, record.reading)
    kept = kept_days(record)
    for index in range(read_json(world.store, keys.days(*place))["portions"]):
        portion = read_json(world.store, keys.portion(*place, index))
        first, last = portion["first"], portion["last"]
        replaced = ImportTerms.from_json(portion["terms"]).days_within(first, last)
        days: Counter[int] = Counter(dict.fromkeys(replaced, 0))
        for chunk in portion["chunks"]:
            for form in chunk["segments"]:
                days.update({day: rows for day, rows in Segment.from_json(form).days if first <= day <= last})
        found = {day: rows for day, rows in sorted(days.items()) if kept is None or day in kept}
        if found:
            yield Stretch(record.import_id, index, found)


def _packed(days: list[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Days in groups, by number and by claims."""
    held: list[int] = []
    rows = 0
    for day, size in days:
        if held and (len(held) == limits.DAYS_PER_TASK or rows + size > limits.ROWS_PER_TASK):
            yield tuple(held)
            held, rows = [], 0
        held.append(day)
        rows += size
    if held:
        yield tuple(held)
