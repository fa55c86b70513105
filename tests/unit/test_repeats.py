"""Rows of one file that state different things of one time and key."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import read_rows

from gramledger.core import bodies
from gramledger.core.claims import CLAIM
from gramledger.core.parts import claims_of
from gramledger.core.repeats import CODE, flag_repeats


def claims(*rows: tuple[int, str, str]) -> pa.Table:
    """Claims of (millisecond, model, cost), in the order of time."""
    texts = [
        f"2026-01-02T03:04:05.{ms:03d}Z,Included,{model},No,1,2,3,4,10,{cost}" for ms, model, cost in rows
    ]
    table = claims_of(read_rows(*texts).claims, source="s", rows_before=0)
    return bodies.concat([table.sort_by([("ts", "ascending"), ("row", "ascending")])], CLAIM)


def flagged(table: pa.Table) -> list[int]:
    rows = zip(table["row"].to_pylist(), table["warnings"].to_pylist(), strict=True)
    return sorted(row for row, codes in rows if CODE in (codes or "").split())


def test_all_rows_of_a_time_are_flagged_when_one_of_them_differs() -> None:
    table = flag_repeats(claims((1, "a", "1"), (2, "a", "1"), (2, "b", "1"), (2, "a", "1"), (3, "a", "1")))
    assert flagged(table) == [2, 3, 4]
    assert table.schema == CLAIM


def test_rows_that_repeat_the_same_are_not_flagged() -> None:
    table = claims((1, "a", "1"), (1, "a", "1"), (2, "a", "1"))
    assert flag_repeats(table).equals(table)


def test_other_keys_at_the_same_time_are_other_events() -> None:
    table = claims((1, "a", "1"), (1, "b", "1"))
    keys = pa.array(["cursor|x", "cursor|y"]).dictionary_encode()
    index = CLAIM.get_field_index("key")
    table = table.set_column(index, CLAIM.field(index), keys.cast(CLAIM.field(index).type))
    assert flagged(flag_repeats(table)) == []


def test_the_other_warnings_of_a_row_stay_and_all_are_sorted() -> None:
    table = flag_repeats(claims((1, "a", "what"), (1, "a", "1"), (2, "a", "what")))
    assert table["warnings"].to_pylist() == [f"cost-not-a-number {CODE}", CODE, "cost-not-a-number"]


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from("ab"), st.sampled_from(("1", "x"))),
        min_size=1,
        max_size=12,
    )
)
def test_a_row_is_flagged_exactly_when_its_time_has_several_statements(
    rows: list[tuple[int, str, str]],
) -> None:
    said = {ms: {(model, cost) for at, model, cost in rows if at == ms} for ms, _, _ in rows}
    table = flag_repeats(claims(*rows))
    assert flagged(table) == [number for number, (ms, _, _) in enumerate(rows, 1) if len(said[ms]) > 1]
    assert table.drop_columns(["warnings"]).equals(claims(*rows).drop_columns(["warnings"]))
