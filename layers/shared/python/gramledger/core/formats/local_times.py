"""Instants of rows in tables of any tool: from one column of times, or from a date and the clock beside it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.dates import read_times
from gramledger.core.findings import Finding
from gramledger.core.typed import Typed, distinct_rows, texts_at

Integers = NDArray[np.int64]


def instants_of(typed: Typed) -> tuple[Integers, list[Finding]]:
    """(ms UTC of each row, the rows whose date and clock are no instant together; theirs is 0).

    Rows have `time`, or else `date` and perhaps `clock`; without a clock a date is its midnight.
    """
    if "time" in typed.columns:
        return typed.columns["time"].view(pa.int64()).to_numpy(), []
    parts = [typed.columns[name] for name in ("date", "clock") if name in typed.columns]
    firsts, at = distinct_rows(parts, len(typed))
    rows = zip(*(texts_at(part, firsts) for part in parts), strict=True)
    texts = [" ".join(filter(None, row)) for row in rows]
    ms, codes = read_times(pa.array(texts, pa.string()), typed.layout.dates, typed.layout.zone)
    refused = np.flatnonzero(np.isin(at, list(codes))) if codes else ()
    pairs = [(int(row), int(at[row])) for row in refused]
    return ms[at], [Finding(row, codes[pair], "date", texts[pair]) for row, pair in pairs]
