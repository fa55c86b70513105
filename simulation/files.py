"""The files of the schedules: shelves of small Cursor exports that overlap much, each with what every row of it is."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

HEADER = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,"
    "Total Tokens,Cost"
)
DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")
MINUTES = 4
FILES = 6

LOOKS_LIKE_ROWS = '"a note\n2025-11-03T11:00:00.000Z,Included,gpt-5,No,1,2,3,4,10,0.5\n"'
"""A cell that misleads a worker who begins to read in its middle."""


@dataclass(frozen=True, slots=True)
class Event:
    """A good row: when it happened, and what is said of it."""

    day: str
    minute: int
    cost: str
    output: int
    note: str | None = None

    @property
    def instant(self) -> str:
        """When it happened; the key of the event."""
        return f"{self.day}T10:{self.minute:02d}:00.000Z"

    def text(self) -> str:
        """The row."""
        cells = (self.instant, "Included", "gpt-5", "No", 1, 2, 3, self.output, 6 + self.output, self.cost)
        return ",".join(str(cell) for cell in cells) + ("" if self.note is None else f",{self.note}")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is rejected, or excluded, with its code."""

    row: str
    excluded: bool = False

    def text(self) -> str:
        """The row."""
        return self.row


Row = Event | Refused
REFUSED = (
    Refused("nonsense"),
    Refused("someday,Included,gpt-5,No,1,2,3,4,10,0.5"),
    Refused("," * 9, excluded=True),
)


@dataclass(frozen=True, slots=True)
class File:
    """One export. A file that cannot be read has no rows."""

    name: str
    content: bytes
    rows: tuple[Row, ...]

    @property
    def readable(self) -> bool:
        """Whether its import can be completed."""
        return bool(self.rows)

    def line_of(self, row: int) -> int:
        """The line on which a row begins, from 1, below the header."""
        return 2 + sum(1 + before.text().count("\n") for before in self.rows[: row - 1])

    @property
    def events(self) -> list[tuple[int, Event]]:
        """The good rows, with their numbers from 1."""
        return [(number, row) for number, row in enumerate(self.rows, start=1) if isinstance(row, Event)]


BROKEN = (
    File("unknown.csv", b"name,colour\nmoss,green\n", ()),
    File("header-only.csv", f"{HEADER}\n".encode(), ()),
)
"""What nobody can import."""


@cache
def shelf(number: int) -> tuple[File, ...]:
    """The files of one shelf: the same ones always."""
    chance = random.Random(number)  # noqa: S311 -- repeatable on purpose
    readable = [_file(index, chance) for index in range(FILES)]
    return *readable, BROKEN[number % len(BROKEN)]


def three_chunks() -> File:
    """A file of three chunks and three days."""
    return _written("three-chunks.csv", [Event(day, m, "0.10", 3) for day in DAYS for m in range(MINUTES)])


def _file(number: int, chance: random.Random) -> File:
    notes = number % 5 == 3
    rows: list[Row] = []
    for _ in range(chance.choice((1, 2, 4, 6, 8, 9))):
        if not notes and chance.random() < 0.15:
            rows.append(chance.choice(REFUSED))
            continue
        note = chance.choice(("plain", LOOKS_LIKE_ROWS)) if notes else None
        cost = chance.choice(("0.10", "0.20", "Included"))
        rows.append(Event(chance.choice(DAYS), chance.randrange(MINUTES), cost, chance.randrange(3), note))
    return _written(f"{number:02d}.csv", rows)


def _written(name: str, rows: list[Row]) -> File:
    header = HEADER + (",Notes" if any(isinstance(row, Event) and row.note for row in rows) else "")
    content = "".join(f"{line}\n" for line in (header, *(row.text() for row in rows))).encode()
    return File(name, content, tuple(rows))
