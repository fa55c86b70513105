"""Rejects: rows that were refused, each with its place, reason and raw text; and the warnings of rows that were kept.

One code is one rule: title, what was expected, and how to repair it. `docs/reference/rejects.md` lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from gramledger.core import limits

REJECT = pa.schema(
    [
        pa.field(
            "row", pa.int64(), nullable=False
        ),  # number of the record (0-based in a chunk, 1-based in a file)
        pa.field(
            "line", pa.int64(), nullable=False
        ),  # line of the file on which it starts, counted the same way
        pa.field("offset", pa.int64(), nullable=False),  # byte offset of the record's start in the file
        pa.field("code", pa.string(), nullable=False),
        pa.field("column", pa.string()),  # header name, or null when the whole row is meant
        pa.field("found", pa.string()),  # the offending cell
        pa.field("message", pa.string(), nullable=False),
        pa.field(
            "raw", pa.string(), nullable=False
        ),  # the record as it stands in the file, without its line end
    ]
)
"""One row per refused record; when several of its cells are bad, `code`, `column` and `found` are the first one's
and `message` names them all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a row is refused (or, with `excluded`, knowingly left out)."""

    code: str
    title: str
    expected: str
    repair: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 -- the word of the glossary; Python's own class of that name is not used here
    """What is said of a row that was kept."""

    code: str
    title: str
    effect: str


_RULES = (
    Rule(
        "row-blank",
        "The row has only blank cells",
        "at least one cell with text",
        "Nothing to do: the row is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "bucket-empty",
        "The row states a window of time and no usage",
        "usage in the window",
        "Nothing to do: there was no usage; the row is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "header-repeated",
        "The row is the header once more",
        "the header once, before the rows",
        "Nothing to do: the row is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "row-total",
        "The row states totals of other rows",
        "rows that state something of their own",
        "Nothing to do: the row is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "row-text",
        "The line is text and no row of the table",
        "as many cells as the header has columns",
        "Nothing to do: the line is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "filtered-date",
        "The row is of a day that the import's filter leaves out",
        "a day of the filter",
        "Nothing to do: the row is left out and counted as excluded. Import the file again with another filter.",
        excluded=True,
    ),
    Rule(
        "filtered-kind",
        "The row is of a kind that the import's filter leaves out",
        "a kind of the filter",
        "Nothing to do: the row is left out and counted as excluded. Import the file again with another filter.",
        excluded=True,
    ),
    Rule(
        "filtered-model",
        "The row is of a model that the import's filter leaves out",
        "a model of the filter",
        "Nothing to do: the row is left out and counted as excluded. Import the file again with another filter.",
        excluded=True,
    ),
    Rule(
        "field-count",
        "The row has another number of fields than the header",
        "as many fields as the header has columns",
        "Put a cell that holds commas or line breaks into double quotes.",
    ),
    Rule(
        "quote-not-closed",
        "A quoted cell is not closed before the file ends",
        "a closing double quote",
        "Close the quote; the rows after it are part of this row until then.",
    ),
    Rule(
        "quote-doubtful",
        "A quote seems to have taken in rows that follow",
        "a quoted cell whose quote closes before the next delimiter",
        "Remove or double the stray quote; the raw text holds all rows that it took in.",
    ),
    Rule(
        "not-utf8",
        "The cell holds bytes that are no UTF-8",
        "text encoded as UTF-8",
        "Save the file with the encoding UTF-8.",
    ),
    Rule(
        "date-missing",
        "The date is blank",
        "a date and time with its zone",
        "Fill in the date or remove the row.",
    ),
    Rule(
        "date-unreadable",
        "The date cannot be read",
        "an ISO 8601 date and time such as 2025-11-04T22:09:47.543Z",
        "Write the date in that form; the day must exist in the calendar.",
    ),
    Rule(
        "epoch-unreadable",
        "The time is no whole number of seconds",
        "seconds since 1970-01-01T00:00Z, such as 1762214400",
        "Restore the number; a spreadsheet may have turned it into a date.",
    ),
    Rule(
        "date-without-zone",
        "The date has no time zone",
        "Z or an offset such as +02:00 after the time",
        "Add the zone: without it the instant would be a guess. Where a mapping says what the columns mean, "
        "name it with the import or set it for the project.",
    ),
    Rule(
        "date-out-of-range",
        "The date lies outside the years 1970 to 9999",
        "a date from 1970-01-01 to 9999-12-31, UTC",
        "Correct the date.",
    ),
    Rule(
        "time-ambiguous",
        "The clocks of the time zone show this time twice",
        "a time that the zone's clocks show once, or one with its offset",
        "Add the offset, such as +01:00: the clock was put back, and which of the two is meant would be a guess.",
    ),
    Rule(
        "time-nonexistent",
        "The clocks of the time zone never show this time",
        "a time that the zone's clocks show",
        "Correct the time or its zone: the clock was put forward over it.",
    ),
    Rule(
        "tokens-not-a-number",
        "The count is no whole number",
        "digits (in threes where it is certain what separates them), or a blank cell; in OpenAI exports also .0",
        "Remove separators, decimals and text from the cell.",
    ),
    Rule("tokens-negative", "The count is negative", "0 or more", "Correct the count or remove the row."),
    Rule(
        "tokens-too-many",
        "The count is impossibly large",
        f"at most {limits.TOKENS_MAXIMUM:,} in one row",
        "Correct the count; is it the sum of many events?",
    ),
    Rule(
        "reactive-energy",
        "The row holds reactive energy, which is none that was used",
        "readings in Wh, kWh or MWh",
        "Nothing to do: the row is left out and counted as excluded.",
        excluded=True,
    ),
    Rule(
        "meter-missing",
        "The meter is blank",
        "the number of the meter",
        "Fill in the meter or remove the row.",
    ),
    Rule(
        "meter-rounded",
        "The meter's number has lost its last digits",
        "the number in full, such as 1200012345678",
        "Export the file again: a spreadsheet has rounded the number.",
    ),
    Rule(
        "unit-unknown",
        "The unit is not known",
        "Wh, kWh or MWh, or a blank cell",
        "Correct the unit, or remove rows that are no energy.",
    ),
    Rule(
        "readings-blank",
        "The row has no reading at all",
        "a reading for each half hour of the day",
        "Fill in the readings or remove the row.",
    ),
    Rule(
        "reading-missing",
        "A reading of the day is blank",
        "a reading for each half hour of the day",
        "Fill in the reading: half a day is never stored.",
    ),
    Rule(
        "reading-not-a-number",
        "The reading is no number",
        "digits, with at most one decimal mark of which it is certain what it means",
        "Correct the reading; use one decimal mark in the whole file.",
    ),
    Rule(
        "reading-negative",
        "The reading is negative",
        "0 or more",
        "Correct the reading; what was fed into the grid is none that was used.",
    ),
    Rule(
        "reading-too-large",
        "The reading is impossibly large",
        f"at most {limits.READING_MAXIMUM_KWH:,} kWh",
        "Correct the reading or its unit; is it the state of the meter's counter?",
    ),
    Rule(
        "period-unknown",
        "How long the period of the reading is is not known",
        "minutes such as 30, or day with a date (or the first instant of a day of the time zone)",
        "Correct the period, or the time: a day begins at midnight.",
    ),
    Rule(
        "periods-wrong",
        "The row has not exactly the half hours of its day",
        "46, 48 or 50 readings, as the clocks of the day's time zone have it",
        "Leave just the half hours blank that the day does not have; a day of 50 needs 50 columns.",
    ),
    Rule(
        "period-wrong",
        "The day has no half hour of that number",
        "a whole number from 1 to 46, 48 or 50, as the day has half hours",
        "Correct the number or the date.",
    ),
    Rule(
        "time-unreadable",
        "The time cannot be read",
        "a time of the day such as 09:30, 0930 or 9:30 PM",
        "Write the time in that form.",
    ),
    Rule(
        "cost-negative", "The cost is negative", "0 or more", "Credits are no usage events: remove the row."
    ),
    Rule(
        "rule-date",
        "The day lies outside the project's window",
        "a day of the project's rules",
        "Is the date right, and the project? Else change the rules of the project.",
    ),
    Rule(
        "rule-model",
        "The model is not among those that the project allows",
        "a model of the project's rules",
        "Is it the right project? Else change the rules of the project.",
    ),
    Rule(
        "rule-bounds",
        "The number is beyond the project's bounds",
        "a number within the bounds of the project's rules",
        "Correct the number, or change the rules of the project.",
    ),
    Rule(
        "cost-too-large",
        "The cost is impossibly large",
        f"at most {limits.COST_MAXIMUM:,} in one event",
        "Correct the cost; are its separators right?",
    ),
)

RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}

EXCLUDED = pa.array([rule.code for rule in _RULES if rule.excluded])
"""Codes of the rows that are left out knowingly."""

_WARNINGS = (
    Warning(
        "cost-not-a-number",
        "The cost is neither an amount nor a known word",
        "The row is kept; its cost is unknown (never 0) and the cell's text is kept.",
    ),
    Warning(
        "date-in-future",
        "The date lies more than a day after the start of the import",
        "The row is kept under its date.",
    ),
    Warning(
        "same-time-differs",
        "Another row of the file has the same time and key and states something else",
        "All are kept: the first is the entry, the others are differing duplicates of it.",
    ),
    Warning(
        "token-sum-mismatch",
        "The stated total is not the sum of the four token columns",
        "The row is kept; the calculation uses the four columns, and the stated total is kept beside them.",
    ),
    Warning(
        "tokens-blank",
        "All token cells are blank",
        "The row is kept with its cost; it has no energy or carbon. Blank is not 0.",
    ),
    Warning(
        "tokens-outlier",
        "The row has more than 100 times the tokens a request that are usual for its model in the project",
        "The row is kept and calculated; the receipt names the first ones.",
    ),
    Warning(
        "tokens-suspicious",
        f"The event, or the mean request of the row, has more than {limits.TOKENS_SUSPICIOUS:,} tokens",
        "The row is kept and calculated.",
    ),
)

WARNINGS: dict[str, Warning] = {warning.code: warning for warning in _WARNINGS}
"""In the order of their codes: joined in this order, a row's warnings are sorted."""


def with_advice(reject: dict[str, Any]) -> dict[str, Any]:
    """A row of schema REJECT with what was expected and how to repair it."""
    rule = RULES[reject["code"]]
    return {**reject, "expected": rule.expected, "repair": rule.repair}


def advice_of(code: str) -> dict[str, str | bool]:
    """What is known of the rows of a code: {title, expected, repair, excluded}."""
    rule = RULES[code]
    return {
        "title": rule.title,
        "expected": rule.expected,
        "repair": rule.repair,
        "excluded": rule.excluded,
    }
