"""Claims and pages for tests: small tables from plain tuples."""

from __future__ import annotations

from dataclasses import dataclass

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
    columns: dict[str, object] = {
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
    arrays = [
        pa.array(columns[f.name], pa.string()).dictionary_encode().cast(f.type)
        if pa.types.is_dictionary(f.type)
        else pa.array(columns[f.name], f.type)
        for f in PAGE
    ]
    return bodies.canonical(pa.Table.from_arrays(arrays, names=PAGE.names), PAGE)


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
