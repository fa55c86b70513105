"""What counts on a page, against a fold that reads the claims one by one, for any terms, order and grouping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from support.pages import SOURCES, Said, says, table

from gramledger.core import bodies, heads, page
from gramledger.core.heads import Head
from gramledger.core.rollup import SUMMED
from gramledger.core.terms import STRATEGIES, Terms

DAY = "2025-11-08"
SILENT = "01JCX300000000000000000000"
"""A source that may replace the day without a claim on it."""

TERMS = st.dictionaries(
    st.sampled_from((*SOURCES, SILENT)),
    st.builds(
        Terms,
        format=st.sampled_from(("cursor", "cursor", "ccusage")),
        strategy=st.sampled_from(STRATEGIES),
        replaces=st.booleans(),
        account=st.sampled_from((None, None, "one", "two")),
    ),
)

SAYS = says() | says(kinds=("actual", "estimated", "unflagged"))
"""Claims of usage events, or of readings of which some are guessed."""


@dataclass
class Folded:
    """The outcome of every claim, the entries by instant, and how many entries each source removed."""

    outcomes: dict[tuple[str, int], str] = field(default_factory=dict)
    entries: dict[int, Said] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)


def folded(said: list[Said], terms: dict[str, Terms]) -> Folded:
    """The same as the core works out, claim by claim and without any of its code."""
    result, last = Folded(), {}
    outcomes, entries = result.outcomes, result.entries
    sources = {claim.source for claim in said} | {name for name, asked in terms.items() if asked.replaces}
    for source in sorted(sources):
        asked = terms.get(source, Terms(""))
        firsts: dict[int, Said] = {}
        for claim in sorted((claim for claim in said if claim.source == source), key=lambda s: s.row):
            first = firsts.setdefault(claim.ts, claim)
            if is_better(claim, first):
                firsts[claim.ts] = claim
        for ts, claim in firsts.items():
            present = entries.get(ts)
            if present is None:
                outcomes[source, claim.row] = "imported"
                entries[ts] = claim
            elif gives_way(present, claim, asked):
                outcomes[present.source, present.row] = "superseded"
                outcomes[source, claim.row] = "updated"
                entries[ts] = claim
        if asked.replaces:
            for ts in [ts for ts in entries if ts not in firsts and is_covered(entries[ts], terms, asked)]:
                gone = entries.pop(ts)
                outcomes[gone.source, gone.row] = "superseded"
                result.removed[source] += 1
        last.update(entries)
    for claim in said:
        same = statement(claim) == statement(last[claim.ts])
        outcomes.setdefault((claim.source, claim.row), "identical" if same else "differing")
    return result


def statement(claim: Said) -> tuple[object, ...]:
    return claim.output, claim.model, claim.cost, claim.kind


def is_better(claim: Said, other: Said) -> bool:
    return (claim.kind, other.kind) == ("actual", "estimated")


def gives_way(present: Said, claim: Said, asked: Terms) -> bool:
    if statement(present) == statement(claim):
        return False
    if is_better(claim, present):
        return True
    if is_better(present, claim):
        return asked.replaces
    loses = any(
        getattr(present, name) is not None and getattr(claim, name) is None for name in ("output", "cost")
    )
    return asked.replaces or (asked.strategy == "update" and not loses)


def is_covered(claim: Said, terms: dict[str, Terms], asked: Terms) -> bool:
    earlier = terms.get(claim.source)
    if earlier is None or earlier.format != asked.format:
        return False
    return asked.account in (None, earlier.account)


def found(said: list[Said], terms: dict[str, Terms]) -> tuple[Folded, page.Verdicts]:
    """What the core says of a page of these claims, in the form of the fold."""
    merged = page.merge(table(said))
    verdict = page.verdicts(merged, terms)
    places = list(zip(merged["source"].to_pylist(), merged["row"].to_pylist(), strict=True))
    masks = {
        "imported": verdict.wins & ~verdict.updated,
        "updated": verdict.updated,
        "superseded": verdict.superseded,
        "identical": verdict.identical,
        "differing": verdict.differing,
    }
    assert (sum(mask.astype(int) for mask in masks.values()) == 1).all(), "a claim has two outcomes, or none"
    by_place = {(claim.source, claim.row): claim for claim in said}
    return Folded(
        {place: next(name for name, mask in masks.items() if mask[n]) for n, place in enumerate(places)},
        {by_place[place].ts: by_place[place] for n, place in enumerate(places) if verdict.wins[n]},
        Counter(dict(verdict.removed)),
    ), verdict


@given(SAYS, TERMS)
def test_what_counts_is_what_a_fold_over_single_claims_says(
    said: list[Said], terms: dict[str, Terms]
) -> None:
    expected = folded(said, terms)
    got, _ = found(said, terms)
    assert (got.outcomes, got.entries) == (expected.outcomes, expected.entries)
    assert +got.removed == expected.removed


def test_every_pair_of_readings_is_judged_as_the_fold_says() -> None:
    kinds = ("actual", "estimated", "unflagged")
    for one, other, strategy, replaces, same in product(
        kinds, kinds, STRATEGIES, (False, True), (False, True)
    ):
        first, second = (
            Said(0, SOURCES[0], 1, kind=one),
            Said(0, SOURCES[0 if same else 1], 2, 11, kind=other),
        )
        terms = {second.source: Terms("cursor", strategy, replaces)}
        got, _ = found([first, second], terms)
        expected = folded([first, second], terms)
        assert (got.outcomes, got.entries) == (expected.outcomes, expected.entries), (first, second, terms)


@given(says(), TERMS)
def test_an_update_never_takes_a_number_away(said: list[Said], terms: dict[str, Terms]) -> None:
    updating = {name: Terms(asked.format, asked.strategy) for name, asked in terms.items()}
    got, verdict = found(said, updating)
    for ts in {claim.ts for claim in said}:
        first = min((claim for claim in said if claim.ts == ts), key=lambda s: (s.source, s.row))
        for name in ("output", "cost"):
            if getattr(first, name) is not None:
                assert getattr(got.entries[ts], name) is not None
    assert not (verdict.poorer & ~verdict.differing & ~verdict.identical).any()


@given(SAYS, TERMS, st.randoms(use_true_random=False))
def test_any_order_and_grouping_of_arrivals_ends_in_one_head(
    said: list[Said], terms: dict[str, Terms], chance
) -> None:
    asked = {**{claim.source: Terms("cursor") for claim in said}, **terms}
    arrivals = [(source, [c for c in said if c.source == source]) for source in asked]
    pieces = [(source, piece) for source, claims in arrivals for piece in cut_up(claims, chance.randint)]
    chance.shuffle(pieces)
    twice = [*pieces, *chance.sample(pieces, len(pieces) // 2)]
    assert known(arrived(twice, asked)) == known(at_once(arrivals, asked))


@given(SAYS, TERMS)
def test_taking_a_source_back_leaves_the_head_as_if_it_had_never_come(
    said: list[Said], terms: dict[str, Terms]
) -> None:
    asked = {**{claim.source: Terms("cursor") for claim in said}, **terms}
    every = [(source, [c for c in said if c.source == source]) for source in asked]
    whole = at_once(every, asked)
    for source in asked if whole else ():
        left = page.without(page.merge(table(said)), source) if said else page.empty()
        after = heads.next_version(
            whole, DAY, left, whole.terms_without(source), cause="undo", actor="ada", at=6
        )
        others = [arrival for arrival in every if arrival[0] != source]
        rest = {name: one for name, one in asked.items() if name != source}
        if others:
            assert known(after.head) == known(at_once(others, rest))


@given(SAYS, TERMS)
def test_a_head_sums_up_just_the_entries_of_the_fold(said: list[Said], terms: dict[str, Terms]) -> None:
    expected = folded(said, terms)
    merged = page.merge(table(said))
    head = heads.next_version(None, DAY, merged, terms, cause="test", actor="ada", at=5).head
    assert head.entries == len(expected.entries) == page.entries(merged, terms).num_rows
    output = sum(claim.output or 0 for claim in expected.entries.values())
    assert sum(group.sums[SUMMED.index("output")] for group in head.groups) == output
    assert {source: counts.claims for source, counts in head.sources.items() if counts.claims} == dict(
        Counter(claim.source for claim in said)
    )
    removed = {source: counts.removed for source, counts in head.sources.items() if counts.removed}
    assert removed == dict(expected.removed)
    assert Head.from_json(head.to_json()) == head


@given(SAYS, SAYS, TERMS)
def test_a_head_is_a_function_of_claims_and_terms_alone(
    first: list[Said], second: list[Said], terms: dict[str, Terms]
) -> None:
    taken = {(claim.source, claim.row) for claim in first}
    said = [*first, *(claim for claim in second if (claim.source, claim.row) not in taken)]
    one, other = page.merge(table(first), table(said)), page.merge(table(said))
    assert bodies.encode(one) == bodies.encode(other)
    assert page.entries(one, terms).equals(page.entries(other, terms))


def arrived(arrivals: list[tuple[str, list[Said]]], asked: dict[str, Terms]) -> Head | None:
    """The head after the arrivals, one version for each."""
    head, body = None, page.empty()
    for source, claims in arrivals:
        body = page.merge(body, table(claims)) if claims else body
        terms = {**(head.terms if head else {}), source: asked[source]}
        head = heads.next_version(head, DAY, body, terms, cause=source, actor="ada", at=5).head
    return head


def at_once(arrivals: list[tuple[str, list[Said]]], asked: dict[str, Terms]) -> Head | None:
    """The head of a page into which all of them came with one version."""
    if not arrivals:
        return None
    body = page.merge(*(table(claims) for _, claims in arrivals))
    return heads.next_version(None, DAY, body, asked, cause="test", actor="ada", at=5).head


def cut_up(claims: list[Said], randint: Callable[[int, int], int]) -> list[list[Said]]:
    at = randint(0, len(claims))
    return [claims[:at], claims[at:]]


def known(head: Head | None) -> object:
    """All that a head says of its claims, whatever the way to it."""
    return head and (head.body, head.groups, head.sources, dict(sorted(head.terms.items())))
