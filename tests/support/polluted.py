"""Tables of all formats as they come out of spreadsheets, mail programs and hands: any dialect, some rows damaged."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from random import Random
from typing import Any

from support.tables_of_profiles import QUOTED_TEXTS, TABLES, TEXTS, Row, Table

ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@dataclass(frozen=True)
class CleanRow:
    """A row that nobody touched: how it is written, and what its claims state."""

    text: str
    claims: list[dict[str, Any]]


@dataclass
class PollutedFile:
    """A file, its clean rows by the time that is theirs alone, and how many others were damaged."""

    octets: bytes
    slot: int
    clean: dict[int, CleanRow] = field(default_factory=dict)
    damaged: int = 0
    claims_a_row: int = 1
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

    def text(self, random: Random) -> str:
        """A text that this style can write."""
        text = random.choice(TEXTS if self.quoting == csv.QUOTE_NONE else TEXTS + QUOTED_TEXTS)
        return "Included" if self.quoting == csv.QUOTE_NONE and self.delimiter in text else text


def style(random: Random) -> Style:
    """Any dialect, line end and encoding."""
    return Style(
        random.choice(",;\t|"),
        random.choice('""\''),
        random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE)),
        random.choice(("\n", "\r\n", "\r")),
        random.choice(ENCODINGS),
    )


def polluted_file(random: Random, table: Table) -> PollutedFile:
    """A file of 1 to 60 rows; up to a third of them are damaged."""
    how = style(random)
    made = PollutedFile(b"", table.slot, description=repr(how))
    lines = preamble(random, how)
    lines.append(how.row(table.header))
    chance = random.choice((0.0, 0.02, 0.1, 0.3))
    for number in range(random.randrange(1, 60)):
        row: Row = table.row(random, number, how.text(random))
        made.claims_a_row = len(row.claims)
        text = how.row(row.cells)
        if random.random() < chance:
            lines.append(damage(random, how, text))
            made.damaged += 1
        else:
            lines.append(text)
            made.clean[row.claims[0]["ts"] // table.slot] = CleanRow(text, row.claims)
        if random.random() < 0.02:
            blank = how.delimiter * (len(table.header) - 1)
            lines.append(random.choice(("", blank, how.row(table.header), how.delimiter * 3)))
    lines += ending(random, how, len(table.header))
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


def ending(random: Random, how: Style, width: int) -> list[str]:
    """What may stand below the rows: totals, a note, another table."""
    lines = []
    if random.random() < 0.2:
        lines.append(random.choice(("Total", "Grand Total")) + how.delimiter * (width - 1) + "12.5")
    if random.random() < 0.1:
        lines += ["", "Exported by the team of the house"]
    if random.random() < 0.1:
        lines += [
            "",
            *(how.delimiter.join(cells) for cells in (("Model", "Sum"), ("auto", "5"), ("gpt-5", "7"))),
        ]
    return lines


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


def any_table(random: Random) -> tuple[str, Table]:
    """One of the formats."""
    name = random.choice(list(TABLES))
    return name, TABLES[name]
