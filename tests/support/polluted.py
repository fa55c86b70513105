"""Cursor exports as they come out of spreadsheets, mail programs and hands: any dialect, and some rows damaged."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from support.csv_texts import V2

HEADER = V2.split(",")
KINDS = (
    "Included",
    "On-Demand",
    "",
    "Errored, Not Charged",
    "caf\u00e9 \u2013 5 \u20ac",
    "5 inches; or | so",
)
QUOTED_KINDS = ('a "word"', "it's", "two\nlines", "a\ttab", "1,2\n3,4", '"')
MODELS = ("auto", "gpt-5", "claude-4.5-sonnet-thinking", "")
START = datetime(2025, 11, 1, tzinfo=UTC)
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@dataclass(frozen=True)
class Event:
    """What a row states, as a claim gives it, and how the row is written."""

    ms: int
    kind: str
    model: str
    tokens: tuple[int, int, int, int]
    nano: int
    text: str


@dataclass
class PollutedFile:
    """A file, the events of its rows that nobody touched, and how many rows were damaged."""

    octets: bytes
    clean: dict[int, Event] = field(default_factory=dict)
    damaged: int = 0
    description: str = ""


@dataclass(frozen=True)
class Style:
    """How a file is written."""

    delimiter: str
    quote: str
    quoting: Any
    line_end: str
    encoding: str

    def row(self, cells: list[str]) -> str:
        """One row without its line end."""
        if self.quoting == csv.QUOTE_NONE:
            return self.delimiter.join(cells)
        text = io.StringIO()
        # both characters of its line end make csv quote a cell that holds one of them
        writer = csv.writer(
            text,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=self.quoting,
            lineterminator="\r\n",
        )
        writer.writerow(cells)
        return text.getvalue().removesuffix("\r\n")


def style(random: Random) -> Style:
    """Any dialect, line end and encoding."""
    return Style(
        random.choice(",;\t|"),
        random.choice('""\''),
        random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE)),
        random.choice(("\n", "\r\n", "\r")),
        random.choice(ENCODINGS),
    )


def polluted_file(random: Random) -> PollutedFile:
    """A file of 1 to 60 events; up to a third of its rows are damaged."""
    how = style(random)
    made = PollutedFile(b"", description=repr(how))
    lines = preamble(random, how)
    lines.append(how.row(HEADER))
    chance = random.choice((0.0, 0.02, 0.1, 0.3))
    for number in range(random.randrange(1, 60)):
        event = _event(random, how, number)
        if random.random() < chance:
            lines.append(damage(random, how, event.text))
            made.damaged += 1
        else:
            lines.append(event.text)
            made.clean[event.ms] = event
        if random.random() < 0.02:
            lines.append(random.choice(("", how.delimiter * 9, how.row(HEADER), how.delimiter * 3)))
    if random.random() < 0.2:
        lines.append(random.choice(("Total", "Grand Total")) + how.delimiter * 9 + "12.5")
    text = how.line_end.join(lines) + random.choice(("", how.line_end))
    made.octets = text.encode(how.encoding, errors="replace")
    return made


def preamble(random: Random, how: Style) -> list[str]:
    """What may stand before a header."""
    lines = [f"sep={how.delimiter}"] if random.random() < 0.1 else []
    if random.random() < 0.3:
        others = (
            "Usage report",
            "",
            f"Team{how.delimiter}caf\u00e9",
            how.delimiter * 9,
            '"Period: November"',
        )
        lines += random.choices(others, k=random.randrange(1, 9))
    return lines


def _event(random: Random, how: Style, number: int) -> Event:
    instant = START + timedelta(milliseconds=number * 1000 + random.randrange(1000))
    kinds = KINDS if how.quoting == csv.QUOTE_NONE else KINDS + QUOTED_KINDS
    kind, model = random.choice(kinds), random.choice(MODELS)
    if how.quoting == csv.QUOTE_NONE and how.delimiter in kind:
        kind = "Included"
    tokens = tuple(random.randrange(10**6) for _ in range(4))
    cents = random.randrange(1000)
    stamp = f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
    cells = [stamp, kind, model, "No", *map(str, tokens), str(sum(tokens)), f"{cents / 100:.2f}"]
    return Event(round(instant.timestamp() * 1000), kind, model, tokens, cents * 10_000_000, how.row(cells))


def damage(random: Random, how: Style, text: str) -> str:
    """The row with one or two accidents."""
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(text) + 1)
        starts = [0, *(place + 1 for place, letter in enumerate(text) if letter == how.delimiter)]
        start = random.choice(starts)
        text = random.choice(
            (
                text[:at] + how.delimiter + text[at:],
                text[:at] + how.quote + text[at:],
                text[:start] + how.quote + text[start:],
                text[: start - 1] + how.quote + text[start - 1 :] if start else text,
                text[: start - 1] + text[start:] if start else text,
                text[:at],
                text + how.delimiter,
                text.replace(how.quote, "", 1),
                text[:at] + how.line_end + text[at:],
            )
        )
    return text
