"""Claims and pages for tests: small tables from plain tuples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from hypothesis import strategies as st

from gramledger.core import bodies
from gramledger.core.claims import DAY_MS
from gramledger.core.page import PAGE

DAY = 20_400
MIDNIGHT = DAY * DAY_MS
SOURCES = ("01JCX000000000000000000000", "01JCX100000000000000000000", "01JCX200000000000000000000")


@dataclass(frozen=True, slots=True)
class Said:
    """One claim in short: what source S says in row R of the event at `ts` (ms after midnight)."""

    ts: int
    source: str
    row: int
    output: int | None = 10
    model: str = "gpt-5"
    cost: int | None = None
    kind: str = "Included"
    """With one of READING_KINDS it is a reading of a meter."""


READING_KINDS = ("actual", "estimated", "unflagged")


def table(said: list[Said]) -> pa.Table:
    """The claims as a table of schema PAGE, with impacts that follow the output tokens."""
    columns: dict[str, list[object]] = {
        "ts": [MIDNIGHT + s.ts for s in said],
        "key": ["cursor" for _ in said],
        "source": [s.source for s in said],
        "row": [s.row for s in said],
        "kind": [s.kind for s in said],
        "energy": [1000 + (s.output or 0) if s.kind in READING_KINDS else None for s in said],
        "model": [s.model for s in said],
        "input": [0 for _ in said],
        "cache_write": [0 for _ in said],
        "cache_read": [0 for _ in said],
        "output": [s.output for s in said],
        "requests": [1 for _ in said],
        "cost_text": ["-" if s.cost is None else str(s.cost) for s in said],
        "currency": ["USD" for _ in said],
        "cost": [s.cost for s in said],
        "charged": [s.cost for s in said],
        "status": ["not_applicable" if s.output is None else "ok" for s in said],
        "step": ["exact" for _ in said],
        "quality": ["exact" for _ in said],
        "preset": ["default@1" for _ in said],
        "factors": ["test" for _ in said],
        "engine": ["test/1" for _ in said],
        "calculated_at": [MIDNIGHT for _ in said],
    }
    for field in PAGE:
        if field.name.endswith(("_low", "_value", "_high")):
            columns[field.name] = [s.output for s in said]
        columns.setdefault(field.name, [None] * len(said))
    return _table_of(columns)


def table_of_rows(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """The same of whole rows, each with all columns of PAGE."""
    return _table_of({name: [row[name] for row in rows] for name in PAGE.names})


def _table_of(columns: Mapping[str, Sequence[object]]) -> pa.Table:
    return pa.Table.from_arrays([_column(field, tuple(columns[field.name])) for field in PAGE], schema=PAGE)


@lru_cache(4096)
def _column(field: pa.Field, values: tuple[object, ...]) -> pa.ChunkedArray:
    """A column as `bodies.canonical` gives it; made once, for most columns of a page say the same always."""
    array = (
        pa.array(values, pa.string()).dictionary_encode().cast(field.type)
        if pa.types.is_dictionary(field.type)
        else pa.array(values, field.type)
    )
    return bodies.canonical(pa.table([array], [field.name]), pa.schema([field])).column(0)


def says(
    sources: tuple[str, ...] = SOURCES, kinds: tuple[str, ...] = ("Included",)
) -> st.SearchStrategy[list[Said]]:
    """Lists of claims that collide often: few instants, few sources; a (source, row) is said once."""
    one = st.builds(
        Said,
        ts=st.integers(0, 6),
        source=st.sampled_from(sources),
        row=st.integers(1, 12),
        output=st.none() | st.integers(0, 5),
        model=st.sampled_from(("gpt-5", "auto")),
        cost=st.none() | st.integers(0, 2),
        kind=st.sampled_from(kinds),
    )
    return st.lists(one, max_size=14, unique_by=lambda s: (s.source, s.row))
