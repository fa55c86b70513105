"""Rollups of pages whose labels are many."""

from __future__ import annotations

import pyarrow as pa
from support.pages import SOURCES, Said, table

from gramledger.core import page, rollup
from gramledger.core.page import PAGE
from gramledger.core.terms import Terms

LABELS = ("model", "resolved", "quality", "step", "status", "currency", "rung")


def test_groups_are_told_apart_also_where_there_are_more_combinations_than_64_bits_count() -> None:
    rows = 1400  # 701 to the power of 7 is more than 2 to the power of 63
    claims = table([Said(number, SOURCES[0], number + 1, output=number) for number in range(rows)])
    for label in LABELS:
        # two rows of each combination; the order of labels is not that of rows
        texts = [f"{(number * 11) % (rows // 2):03d}" for number in range(rows)]
        place = PAGE.get_field_index(label)
        claims = claims.set_column(place, PAGE.field(label), pa.array(texts).dictionary_encode())
    merged = page.merge(claims)
    groups = rollup.fold(merged, page.verdicts(merged, {}), {SOURCES[0]: Terms("cursor")})
    assert len(groups) == rows // 2
    assert [group.label("model") for group in groups] == sorted(
        f"{number:03d}" for number in range(rows // 2)
    )
    assert {group.entries for group in groups} == {2}
    for group in groups:
        assert len({group.label(label) for label in LABELS}) == 1
        assert group.label("format") == "cursor"
    assert sum(group.value("output") for group in groups) == rows * (rows - 1) // 2
