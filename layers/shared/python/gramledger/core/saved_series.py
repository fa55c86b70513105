"""Half-hourly series that a tenant has imported: versions that are added and never changed."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

SERIES = "neso-gb"
"""The one series there is: Great Britain, as its grid's operator NESO states it."""

_LABEL = re.compile(r"([a-z][a-z-]{0,30})@([1-9][0-9]{0,7})")


@dataclass(frozen=True, slots=True)
class SavedSeries:
    """One version: what it holds, and who added it when. Instants are ms UTC.

    `sha256` is that of its blob (`core.half_hours.encode`), `forecasts` the number of half hours of which only a
    forecast is known, `first` and `last` the starts of the first and the last one.
    """

    series: str
    version: int
    sha256: str
    half_hours: int
    forecasts: int
    first: int
    last: int
    created_at: int
    created_by: str

    @property
    def label(self) -> str:
        """`series@version`, as readings name where their intensity comes from."""
        return f"{self.series}@{self.version}"

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> SavedSeries:
        """The record of a JSON object that `to_json` gave."""
        return SavedSeries(**form)


def parse_label(label: str) -> tuple[str, int]:
    """The series and the version of a label. Raises ValueError for a text that is none."""
    match = _LABEL.fullmatch(label)
    if match is None:
        raise ValueError(f"'{label}' names no version of a series of intensities")
    return match[1], int(match[2])
