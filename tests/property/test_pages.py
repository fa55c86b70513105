"""Pages are sets: whatever the order, the grouping or the repetition of merges, the same claims give one page."""

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support.pages import Said, says, table

from gramledger.core import bodies, heads, page, rollup
from gramledger.core.page import PAGE
from gramledger.core.rollup import SUMMED
from gramledger.core.terms import Terms


@given(says(), st.randoms(use_true_random=False))
def test_merging_gives_the_same_bytes_in_any_order_and_grouping(said: list[Said], chance) -> None:
    whole = page.merge(table(said))
    shuffled = chance.sample(said, len(said))
    cut = chance.randint(0, len(said))
    left, right = table(shuffled[:cut]), table(shuffled[cut:])
    assert bodies.encode(page.merge(page.merge(left), right)) == bodies.encode(whole)
    assert bodies.encode(page.merge(right, left)) == bodies.encode(whole)


@given(says(), says())
def test_merging_claims_again_changes_nothing(first: list[Said], second: list[Said]) -> None:
    known = {(s.source, s.row) for s in first}
    merged = page.merge(table(first), table([s for s in second if (s.source, s.row) not in known]))
    assert page.merge(merged, table(first)).equals(merged)
    assert page.merge(merged, merged).equals(merged)


@given(says())
def test_the_earliest_source_and_row_wins_each_key(said: list[Said]) -> None:
    merged = page.merge(table(said))
    expected = {}
    for claim in sorted(said, key=lambda s: (s.source, s.row)):
        expected.setdefault(claim.ts, (claim.source, claim.row))
    entries = page.entries(merged, {})
    found = dict(
        zip(
            (ts % 86_400_000 for ts in entries["ts"].to_pylist()),
            zip(entries["source"].to_pylist(), entries["row"].to_pylist(), strict=True),
            strict=True,
        )
    )
    assert found == expected


@given(says())
def test_every_claim_has_one_outcome_and_the_counts_say_so(said: list[Said]) -> None:
    merged = page.merge(table(said))
    verdict = page.verdicts(merged, {})
    assert (verdict.wins.astype(int) + verdict.identical + verdict.differing == 1).all()
    counts = rollup.count_sources(merged, verdict)
    assert {source: c.claims for source, c in counts.items()} == dict(Counter(s.source for s in said))
    winners = {}
    for claim in sorted(said, key=lambda s: (s.source, s.row)):
        winners.setdefault(claim.ts, claim)
    same = Counter(
        s.source
        for s in said
        if winners[s.ts] is not s
        and (s.output, s.model, s.cost) == (winners[s.ts].output, winners[s.ts].model, winners[s.ts].cost)
    )
    assert {s: c.duplicate_identical for s, c in counts.items() if c.duplicate_identical} == dict(same)


@given(says())
def test_a_rollup_is_the_fold_of_the_entries(said: list[Said]) -> None:
    merged = page.merge(table(said))
    sources = sorted({s.source for s in said})
    terms = {source: Terms("manual" if place % 2 else "cursor") for place, source in enumerate(sources[:-1])}
    formats = {source: asked.format for source, asked in terms.items()}
    rows = [{**row, "format": formats.get(row["source"])} for row in page.entries(merged, terms).to_pylist()]
    groups = rollup.fold(merged, page.verdicts(merged, terms), terms)
    assert sum(g.entries for g in groups) == len(rows)
    for name in SUMMED:
        assert sum(g.value(name) for g in groups) == sum(row[name] or 0 for row in rows)
    for group in groups:
        mine = [r for r in rows if tuple(r[name] for name in rollup.GROUPED) == group.by]
        assert group.entries == len(mine)
        assert group.value("output") == sum(r["output"] or 0 for r in mine)
        assert group.stated == tuple(sum(r[name] is not None for r in mine) for name in rollup.STATED)


@given(says(), says())
def test_rollups_of_parts_add_up_to_the_rollup_of_the_whole(first: list[Said], second: list[Said]) -> None:
    one, two = page.merge(table(first)), page.merge(table(second))
    together = rollup.add([rollup.fold(part, page.verdicts(part, {}), {}) for part in (one, two)])
    rows = page.entries(one, {}).to_pylist() + page.entries(two, {}).to_pylist()
    assert sum(g.entries for g in together) == len(rows)
    assert sum(g.value("output") for g in together) == sum(r["output"] or 0 for r in rows)


@given(says())
def test_taking_a_source_back_leaves_what_would_be_without_it(said: list[Said]) -> None:
    merged = page.merge(table(said))
    for source in {s.source for s in said}:
        others = page.merge(table([s for s in said if s.source != source]))
        assert bodies.encode(page.without(merged, source)) == bodies.encode(others)


@given(says())
def test_a_head_survives_json_and_its_body_survives_encoding(said: list[Said]) -> None:
    merged = page.merge(table(said))
    version = heads.next_version(None, "2025-11-08", merged, {}, cause="test", actor="ada", at=5)
    assert heads.Head.from_json(version.head.to_json()) == version.head
    assert heads.read_body(version.head, version.blob).equals(merged)


@given(
    st.lists(
        st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.text(max_size=4)), max_size=9
    )
)
def test_bodies_keep_every_integer_and_text(rows: list[tuple[int | None, str | None]]) -> None:
    schema = pa.schema([("number", pa.int64()), ("text", pa.dictionary(pa.int32(), pa.string()))])
    columns = [pa.array([r[0] for r in rows], pa.int64()), pa.array([r[1] for r in rows], pa.string())]
    kept = bodies.canonical(pa.table(columns, names=schema.names), schema)
    assert bodies.decode(bodies.encode(kept), schema).to_pylist() == [
        {"number": number, "text": text} for number, text in rows
    ]


def test_a_page_of_no_claims_has_no_entries_and_no_body() -> None:
    version = heads.next_version(None, "2025-11-08", page.empty(), {}, cause="test", actor="ada", at=5)
    assert (version.blob, version.head.entries, version.head.groups) == (None, 0, ())
    assert heads.read_body(version.head, None).schema == PAGE


def test_sums_beyond_64_bits_are_exact() -> None:
    huge = 2**62
    said = [Said(ts=i, source="01JCX000000000000000000000", row=i + 1, output=huge) for i in range(5)]
    merged = page.merge(table(said))
    (group,) = rollup.fold(merged, page.verdicts(merged, {}), {})
    assert group.value("output") == 5 * huge


def test_whatever_stands_beneath_a_null_is_not_seen_in_a_body() -> None:
    clean = table([Said(1, "01A", 1), Said(2, "01A", 2, cost=7)])
    missing = np.array([True, False])
    text = pa.DictionaryArray.from_arrays(
        pa.array(np.array([-1, 0], np.int32), mask=missing), pa.array(["x"])
    )
    other = pa.DictionaryArray.from_arrays(
        pa.array(np.array([1, 1], np.int32), mask=missing), pa.array(["unused", "x"])
    )
    bodies_of = set()
    for zone, cost in ((text, [9, 7]), (other, [-(2**40), 7])):
        page_of = clean.set_column(PAGE.get_field_index("zone"), PAGE.field("zone"), zone)
        column = pa.array(np.array(cost), mask=missing)
        page_of = page_of.set_column(PAGE.get_field_index("cost"), PAGE.field("cost"), column)
        bodies_of.add(bodies.encode(bodies.canonical(page_of, PAGE)))
    assert len(bodies_of) == 1


def test_what_a_page_was_cut_out_of_is_not_seen_in_its_body() -> None:
    both = table([Said(1, "01A", 1), Said(2, "01A", 2, cost=2**40), Said(3, "01A", 3, cost=2**41)])
    alone = table([Said(1, "01A", 1), Said(2, "01A", 2, cost=2**40)])
    for size in (1, 2):
        cut = page.merge(both.slice(0, size))
        assert bodies.encode(cut) == bodies.encode(page.merge(alone.slice(0, size).combine_chunks()))
        copied = pa.Table.from_pylist(cut.to_pylist(), schema=PAGE)
        assert bodies.encode(bodies.canonical(copied, PAGE)) == bodies.encode(cut)
