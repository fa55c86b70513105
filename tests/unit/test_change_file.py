"""The file of a recalculation's changes comes back from a CSV reader as it went in, and no cell is a formula."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core import bodies
from gramledger.core.change_file import header, lines
from gramledger.core.changes import CHANGE

FIGURES = [name for name in CHANGE.names if pa.types.is_int64(CHANGE.field(name).type)]
texts = st.text(alphabet="ab\",\n\r=+-@\t' é", min_size=1, max_size=5)
rows = st.fixed_dictionaries(
    {
        "key": texts,
        "source": st.just("01JCX000000000000000000000"),
        "model": st.none() | texts,
        "entry": st.booleans(),
        **{
            f"{name}_{end}": st.none() | st.just("ok")
            for name in ("status", "resolved")
            for end in ("before", "after")
        },
        "quality_before": st.none(),
        "quality_after": st.none(),
        **{name: st.integers(-(2**63), 2**63 - 1) for name in FIGURES if name not in ("ts", "row")},
        "ts": st.just(1_762_250_400_123),
        "row": st.integers(1, 9),
    }
)


@given(st.lists(rows, max_size=6))
def test_every_entry_has_its_line(said: list[dict[str, object]]) -> None:
    table = bodies.canonical(pa.Table.from_pylist(said, schema=CHANGE), CHANGE)
    text = (header() + lines(table)).decode()
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    entries = [row for row in said if row["entry"]]
    assert len(found) == len(entries)
    for line, row in zip(found, entries, strict=True):
        model = row["model"] or ""
        assert line["model"] in (model, f"'{model}")
        assert line["model"][:1] not in tuple("=+-@\t\r")
        assert line["ts"] == "2025-11-04T10:00:00.123Z"
        assert int(line["gwp_ug_factors"]) == row["gwp_factors"]
        assert int(line["list_price_nanousd_after"]) == row["list_price_after"]
