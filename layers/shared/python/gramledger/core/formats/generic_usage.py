"""Usage in a table of any tool: which column means what is said by a mapping (`core.mapping`), not by the format.

Without a column that identifies rows, rows of one instant are told apart by all that they state but counts and
costs: a re-export may correct numbers, and must not become entries of its own. A mapping may name other columns
(`key`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.claims import BUCKETS
from gramledger.core.columns import comparable
from gramledger.core.findings import Finding
from gramledger.core.formats.buckets import check_tokens, keep_keys, total_of, without_cached
from gramledger.core.formats.claiming import Flags, all_blank, batch_of, constant, costs_of, named_currency
from gramledger.core.formats.local_times import instants_of
from gramledger.core.formats.profile import Profile
from gramledger.core.original import DENSE, as_texts
from gramledger.core.problems import ColumnsMissing
from gramledger.core.typed import CellKind, Typed, coded, distinct_rows, texts_at

NAME = "generic-usage"
TITLE = "Usage in a table of any tool"

FIELDS: dict[str, CellKind] = {
    "time": CellKind.TIME,
    "date": CellKind.TEXT,
    "clock": CellKind.TEXT,
    "model": CellKind.TEXT,
    "user": CellKind.TEXT,
    "kind": CellKind.TEXT,
    "input": CellKind.DECIMAL_COUNT,
    "whole_input": CellKind.DECIMAL_COUNT,
    "cache_write": CellKind.DECIMAL_COUNT,
    "cache_read": CellKind.DECIMAL_COUNT,
    "output": CellKind.DECIMAL_COUNT,
    "total": CellKind.DECIMAL_COUNT,
    "requests": CellKind.DECIMAL_COUNT,
    "cost": CellKind.MONEY,
    "currency": CellKind.TEXT,
    "id": CellKind.TEXT,
}
KEPT_AS_WRITTEN = ("id",)

MEASURES = ("input", "whole_input", "output", "total", "cost")
"""At least one of these makes a row that states usage."""

_DIMENSIONS = ("model", "user", "kind")

BY_NAMES, BY_MAPPING = "by names", "by mapping"


def missing_fields(fields: Collection[str]) -> list[str]:
    """What fields still need for a row to state usage: a time, and a measure."""
    missing = [] if "time" in fields or {"date", "clock"} <= set(fields) else ["time (or date and clock)"]
    return missing if any(name in fields for name in MEASURES) else [*missing, " or ".join(MEASURES)]


def check_fields(fields: Collection[str]) -> None:
    """Raise ColumnsMissing unless the fields have a time, a measure, and one meaning of the input."""
    missing = missing_fields(fields)
    if missing:
        raise ColumnsMissing(
            f"The mapping has no column for {' and '.join(missing)}. Name one in its 'columns'.",
            missing=missing,
        )
    if "input" in fields and "whole_input" in fields:
        raise ColumnsMissing(
            "The mapping has columns for both 'input' (without what was read from or written to the cache) and "
            "'whole_input' (with it). Map one of them.",
            missing=[],
        )
    if "time" in fields and ("date" in fields or "clock" in fields):
        raise ColumnsMissing("Map either 'time', or 'date' and 'clock'.", missing=[])


def findings(typed: Typed) -> list[Finding]:
    """Rows whose date and clock are no instant together."""
    return instants_of(typed)[1]


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk.

    How many requests a row stands for is null where no column or constant says it.
    """
    count = len(typed)
    flags = Flags(count)
    ts, _ = instants_of(typed)
    flags.check_instants(ts, now_ms)
    columns: dict[str, Any] = {
        "ts": pa.array(ts),
        "key": _keys(typed),
        "row": pa.array(rows),
        **{name: _text(typed, name) for name in _DIMENSIONS},
        **_tokens(typed, flags),
        **_costs(typed, flags),
        "original": original,
    }
    if requests := typed.layout.constants.get("requests"):
        columns["requests"] = pa.array(np.full(count, int(requests)))
    elif "requests" in typed.columns:
        columns["requests"] = typed.columns["requests"]
    return batch_of({**columns, "warnings": flags.column()}, count)


def _text(typed: Typed, name: str) -> pa.DictionaryArray | None:
    """The column of a field, or the text that it has in every row; null when it has neither."""
    stated = typed.layout.constants.get(name)
    return typed.columns.get(name) if stated is None else constant(stated, len(typed))


def _tokens(typed: Typed, flags: Flags) -> dict[str, pa.Int64Array]:
    """The four disjoint buckets, and the total where it is stated."""
    given = typed.columns
    if "whole_input" in given:
        columns = without_cached(typed, flags)
    else:
        nothing = pa.nulls(len(typed), pa.int64())
        columns = {name: given.get(name, nothing) for name in BUCKETS}
    if "total" in given:
        _check_total(typed, columns, flags)
        columns["total"] = given["total"]
    check_tokens({**columns, **({"requests": given["requests"]} if "requests" in given else {})}, flags)
    return columns


def _check_total(typed: Typed, columns: Mapping[str, pa.Int64Array], flags: Flags) -> None:
    """Flag rows whose total is not the sum of their parts, where they state both."""
    parts = ("whole_input", "output") if "whole_input" in typed.counts else BUCKETS
    stated = [typed.counts[name] for name in parts if name in typed.counts]
    if not stated:
        return
    summed = total_of(stated)
    differs = summed != typed.counts["total"]
    differs &= typed.columns["total"].is_valid().to_numpy(zero_copy_only=False)
    blank = all_blank([columns[name] for name in BUCKETS])
    flags.add("token-sum-mismatch", differs if blank is None else differs & ~blank)


def _costs(typed: Typed, flags: Flags) -> dict[str, pa.Array]:
    if "cost" not in typed.amounts:
        return {}
    columns = costs_of(typed, flags)
    named = _text(typed, "currency")
    if named is not None:
        columns["currency"] = named_currency(named)
    return {**columns, "charged": columns["cost"]}


def _keys(typed: Typed) -> pa.DictionaryArray:
    """The key of each row: a JSON object of what tells it from others of its instant, in the order of the names.

    JSON with names, so that neither the order of columns nor what is in the cells lets two rows share a key.
    """
    named = _identifying(typed)
    labels = sorted(named)
    firsts, at = distinct_rows((named[label] for label in labels), len(typed))
    cells = zip(*(texts_at(named[label], firsts) for label in labels), strict=True)
    combinations = cells if labels else [() for _ in firsts]
    return coded(
        [
            f"{NAME}|{DENSE.encode({label: cell for label, cell in zip(labels, row, strict=True) if cell is not None})}"
            for row in combinations
        ],
        at,
    )


def _identifying(typed: Typed) -> dict[str, pa.DictionaryArray]:
    """The columns that tell rows of one instant apart, by the names that the key has for them."""
    layout = typed.layout
    if layout.key:
        return _labelled(typed, layout.key)
    stated = {name: column for name in _DIMENSIONS if (column := _text(typed, name)) is not None}
    stated |= _labelled(typed, [name for name in layout.names if name.startswith("#")])
    if "id" not in typed.columns:
        return stated
    ids = typed.columns["id"]
    # a row without an id is told apart like those of a file without ids
    others = stated.items() if ids.null_count else ()
    return {"id": ids, **{name: _where_null(ids, column) for name, column in others}}


def _where_null(ids: pa.DictionaryArray, column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The column, but null where there is an id."""
    return pc.if_else(ids.is_null(), column.cast(pa.string()), None).dictionary_encode()


def _labelled(typed: Typed, names: Sequence[str]) -> dict[str, pa.DictionaryArray]:
    layout = typed.layout
    columns = {}
    for name in names:
        label = name
        if name.startswith("#"):
            index = int(name[1:])
            label = comparable(layout.header[index])
            if not label or label in FIELDS or [*map(comparable, layout.header)].count(label) > 1:
                label = f"{label} {index + 1}"
        columns[label] = as_texts(typed.columns[name])
    return columns


def variant(_header: list[str]) -> str | None:
    """None: no header says by itself that it is of this format."""
    return None


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=(BY_NAMES, BY_MAPPING),
    claims_of=claims_of,
    identify=keep_keys,
    findings=findings,
    complete=check_fields,
)
