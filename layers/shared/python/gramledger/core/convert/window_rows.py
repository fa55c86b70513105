"""What the lines of a fetched window say, under the column names of the same provider's CSV export.

`core.providers.document` writes such lines. A window without usage is a row of its window and nothing else, or one of
blank cells where events have no window: both are counted as excluded, and no row is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gramledger.core.convert.json_values import Record
from gramledger.core.convert.provider_rows import anthropic_rows, cursor_row, iso_of, openai_rows
from gramledger.core.providers.endpoints import ANTHROPIC_USAGE, CURSOR_EVENTS, OPENAI_COSTS, OPENAI_USAGE

DOCUMENT = "gramledger-window/1"
"""What the member `document` of the first line says."""


def is_of_window(record: Record) -> bool:
    """Whether a record is a line of such a document."""
    if record.get("document") == DOCUMENT:
        return True
    endpoint = record.get("window_of")
    return isinstance(endpoint, str) and endpoint in _ROWS and {"start", "end", "result"} <= record.keys()


def window_rows(record: Record) -> Iterator[Record]:
    """The rows of a line of a document; none of its header."""
    if "window_of" in record:
        results = [] if record["result"] is None else [record["result"]]
        yield from _ROWS[record["window_of"]](record, results)


def _openai_usage(record: Record, results: list[Any]) -> Iterator[Record]:
    return openai_rows(_unix(record, results))


def _openai_costs(record: Record, results: list[Any]) -> Iterator[Record]:
    return openai_rows(_unix(record, results), costs=True)


def _unix(record: Record, results: list[Any]) -> Record:
    return {"start_time": record["start"], "end_time": record["end"], "results": results}


def _anthropic(record: Record, results: list[Any]) -> Iterator[Record]:
    times = {"starting_at": iso_of(record["start"], 1000), "ending_at": iso_of(record["end"], 1000)}
    return anthropic_rows({**times, "results": results})


def _cursor(_record: Record, results: list[Any]) -> Iterator[Record]:
    for event in results or [{}]:
        yield cursor_row(event) if isinstance(event, dict) else {**cursor_row({}), "result": event}


_ROWS: dict[str, Callable[[Record, list[Any]], Iterator[Record]]] = {
    OPENAI_USAGE.id: _openai_usage,
    OPENAI_COSTS.id: _openai_costs,
    ANTHROPIC_USAGE.id: _anthropic,
    CURSOR_EVENTS.id: _cursor,
}
