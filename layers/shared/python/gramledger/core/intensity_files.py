"""Reading files of half-hourly carbon intensities: what NESO's API answers (JSON), or a table (CSV).

JSON: `{"data": [{"from", "to", "intensity": {"forecast", "actual"}}, ...]}` of `GET /intensity/{from}/{to}`, or just
the list. CSV: a column for the start (`from`, `datetime`, `start`) and one or both of `forecast` and `actual` (or
`carbon_intensity`), whatever else their names say. Times are UTC, intensities whole gCO2 a kWh or blank. A half hour
without a figure is left out; of one that comes several times, the last figures count.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core.columns import comparable
from gramledger.core.half_hours import INTENSITY, Integers, Mask
from gramledger.core.instants import read_instants
from gramledger.core.problems import InvalidRequest
from gramledger.core.zones import HALF_HOUR_MS

GRAMS_MOST = 2000
"""More than any grid on earth emits; a figure in kilograms or for a megawatt-hour is caught by it."""

LAST_YEAR = 2099
"""To which a series may reach: it takes memory for each half hour from its first to its last, and nothing leaves it."""

_TIME = r"^\s*(?P<day>\d{4}-\d{2}-\d{2})[T ](?P<minute>\d{2}:\d{2})(?::00)?(?:\.0+)?\s*(?:Z|\+00(?::?00)?|UTC)?\s*$"
_WHOLE = r"^\s*\d{1,6}(?:\.0+)?\s*$"

_STARTS, _FORECASTS, _ACTUALS = (
    ("from", "datetime", "start"),
    ("forecast",),
    ("actual", "carbonintensity"),
)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The texts of a file's rows, None where a cell is blank."""

    start: Sequence[str | None]
    end: Sequence[str | None]
    forecast: Sequence[str | None]
    actual: Sequence[str | None]


def read_intensities(content: bytes) -> pa.Table:
    """The series (schema INTENSITY, sorted) in a file. Raises InvalidRequest, naming what is wrong and where."""
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise InvalidRequest(
            "The intensities are not UTF-8 text. Send NESO's JSON as it came, or a CSV."
        ) from None
    cells = _of_json(text) if text[:1] in ("{", "[") else _of_csv(text)
    starts = _starts(cells.start)
    _check_ends(cells.end, starts)
    forecast, actual = (_figures(getattr(cells, name), name) for name in ("forecast", "actual"))
    return _series(starts, forecast, actual)


def _of_json(text: str) -> _Cells:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidRequest(f"The intensities are no valid JSON: {error}.") from None
    except RecursionError:
        raise InvalidRequest("The intensities are no valid JSON: its lists are nested too deeply.") from None
    rows = document.get("data") if isinstance(document, Mapping) else document
    if not isinstance(rows, list):
        raise InvalidRequest("The JSON of intensities must be a list of half hours, or have one as 'data'.")
    members = list(_members(rows))
    return _Cells(*([_text(row[at]) for row in members] for at in range(4)))


def _members(rows: list[Any]) -> Iterable[tuple[object, object, object, object]]:
    for number, row in enumerate(rows, start=1):
        intensity = row.get("intensity") if isinstance(row, Mapping) else None
        if not isinstance(intensity, Mapping) or "from" not in row:
            raise InvalidRequest(
                f"Half hour {number} of the intensities has no 'from' or no 'intensity' with 'forecast' and 'actual'."
            )
        yield row["from"], row.get("to"), intensity.get("forecast"), intensity.get("actual")


def _text(value: object) -> str | None:
    """The text of a JSON value; one that is neither text nor number becomes a text that nobody reads as either."""
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _of_csv(text: str) -> _Cells:
    try:
        rows = [row for row in csv.reader(io.StringIO(text, None)) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidRequest(
            f"The intensities are no valid CSV: {error}. Look for a quote without its end."
        ) from None
    header = [comparable(name) for name in rows[0]] if rows else []
    start, forecast, actual = (_column(header, names) for names in (_STARTS, _FORECASTS, _ACTUALS))
    if start is None or (forecast is None and actual is None):
        raise InvalidRequest(
            "The CSV of intensities needs a column 'from' (or 'datetime') and one of 'forecast' and 'actual'; its "
            f"columns are: {', '.join(rows[0]) if rows else 'none'}."
        )

    def cells(column: int | None) -> list[str | None]:
        if column is None:
            return [None] * (len(rows) - 1)
        return [row[column].strip() or None if column < len(row) else None for row in rows[1:]]

    return _Cells(
        cells(start), cells(header.index("to") if "to" in header else None), cells(forecast), cells(actual)
    )


def _column(header: Sequence[str], names: tuple[str, ...]) -> int | None:
    """The column of one of the names, or else of one that begins with it: `Actual Carbon Intensity (gCO2/kWh)`."""
    alike = [at for at, name in enumerate(header) if name.startswith(names)]
    return min(alike, key=lambda at: (header[at] not in names, at), default=None)


def _starts(texts: Sequence[str | None]) -> Integers:
    starts, odd = _instants(texts)
    odd = odd | (starts % HALF_HOUR_MS != 0)
    if odd.any():
        row = int(odd.argmax())
        raise InvalidRequest(
            f"Half hour {row + 1} of the intensities starts at {texts[row]!r}, which is no start of a half hour in UTC "
            "such as 2025-10-26T00:30Z."
        )
    late = starts >= np.datetime64(f"{LAST_YEAR + 1}", "ms").astype(np.int64)
    if late.any():
        row = int(late.argmax())
        raise InvalidRequest(
            f"Half hour {row + 1} of the intensities starts at {texts[row]!r}, after {LAST_YEAR}."
        )
    return starts


def _check_ends(texts: Sequence[str | None], starts: Integers) -> None:
    """Refuse rows that say that they are not about half an hour."""
    ends, odd = _instants(texts)
    stated = np.array([text is not None for text in texts], bool)
    wrong = stated & (odd | (ends != starts + HALF_HOUR_MS))
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidRequest(
            f"Half hour {row + 1} of the intensities ends at {texts[row]!r}, which is not 30 minutes after its start."
        )


def _instants(texts: Sequence[str | None]) -> tuple[Integers, Mask]:
    """(ms UTC of each text, which are no instants)."""
    found = pc.extract_regex(pa.array(texts, pa.string()), _TIME)
    day, minute = (pc.struct_field(found, name) for name in ("day", "minute"))
    whole = pc.binary_join_element_wise(day, pc.binary_join_element_wise(minute, ":00Z", ""), "T")
    ms, unread = read_instants(whole)
    odd = np.zeros(len(texts), bool)
    odd[[index for index, instant in unread if instant.code]] = True
    return ms, odd


def _figures(texts: Sequence[str | None], name: str) -> tuple[Integers, Mask]:
    """(gCO2 a kWh, 0 where none is stated; where one is)."""
    column = pa.array(texts, pa.string())
    stated = column.is_valid().to_numpy(zero_copy_only=False)
    whole = pc.fill_null(pc.match_substring_regex(column, _WHOLE), False)
    numbers = pc.cast(
        pc.cast(pc.if_else(whole, pc.utf8_trim_whitespace(column), "0"), pa.float64()), pa.int64()
    )
    grams = numbers.fill_null(0).to_numpy()
    wrong = stated & (~whole.to_numpy(zero_copy_only=False) | (grams > GRAMS_MOST))
    if wrong.any():
        row = int(wrong.argmax())
        raise InvalidRequest(
            f"Half hour {row + 1} of the intensities has the {name} figure {texts[row]!r}, which is no whole number of "
            f"gCO2 a kWh from 0 to {GRAMS_MOST}."
        )
    return np.where(stated, grams, 0), stated


def _series(starts: Integers, forecast: tuple[Integers, Mask], actual: tuple[Integers, Mask]) -> pa.Table:
    said = forecast[1] | actual[1]
    distinct = np.unique(starts[said])
    if not len(distinct):
        raise InvalidRequest("The file has no half hour with an intensity. Ask for a span that has begun.")
    columns = [pa.array(distinct)]
    for figures, stated in (forecast, actual):
        grams, known = np.zeros(len(distinct), np.int64), np.zeros(len(distinct), bool)
        at = np.searchsorted(distinct, starts[stated])
        grams[at], known[at] = figures[stated], True  # of several the last one stays
        columns.append(pa.array(grams, mask=~known))
    return pa.Table.from_arrays(columns, schema=INTENSITY)
