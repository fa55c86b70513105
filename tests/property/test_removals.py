"""Taking a source out of a page: the page is as if it had never been there, and what that did is counted by event."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support.pages import DAY, SOURCES, Said, says, table

from gramledger.core import heads, page
from gramledger.core.heads import Head
from gramledger.core.removal import Removal, sum_removals
from gramledger.core.terms import STRATEGIES, Terms

terms = st.fixed_dictionaries(
    {
        source: st.builds(Terms, st.just("cursor"), st.sampled_from(STRATEGIES), st.booleans())
        for source in SOURCES
    }
)
PUT: dict[str, Any] = {"cause": "test", "actor": "ada", "at": 1}
DAY_NAME = heads.day_name(DAY)


def head_of(said: list[Said], asked: dict[str, Terms]) -> tuple[Head, Any]:
    merged = page.merge(table(said))
    return heads.next_version(None, DAY_NAME, merged, asked, **PUT).head, merged


def entries(said: list[Said], asked: dict[str, Terms]) -> dict[int, tuple[Any, ...]]:
    """By instant: what counts, in all that the sources state, and whose it is."""
    found = page.entries(page.merge(table(said)), asked).to_pylist()
    return {row["ts"]: (row["source"], row["row"], [row[name] for name in page.STATED]) for row in found}


@given(says(), terms, st.sampled_from(SOURCES))
def test_a_page_without_a_source_is_the_page_of_the_others_and_says_what_became_of_each_event(
    said: list[Said], asked: dict[str, Terms], source: str
) -> None:
    head, merged = head_of(said, asked)
    version = heads.version_without(head, DAY_NAME, merged, source, **PUT)
    rest = [claim for claim in said if claim.source != source]
    others = {name: one for name, one in asked.items() if name != source}
    expected, _ = head_of(rest, others)
    assert (version.head.groups, version.head.sources) == (expected.groups, expected.sources)
    assert (version.head.terms, version.head.body, version.head.fenced) == (others, expected.body, {source})
    assert version.head.removals == {source: counted(said, asked, source, head, version.head)}
    assert Head.from_json(version.head.to_json()) == version.head


def counted(said: list[Said], asked: dict[str, Terms], source: str, before: Head, after: Head) -> Removal:
    """The same, event by event."""
    rest = {name: one for name, one in asked.items() if name != source}
    had = entries(said, asked)
    has = entries([claim for claim in said if claim.source != source], rest)
    mine = {ts: what for ts, what in had.items() if what[0] == source}
    return Removal(
        claims=sum(claim.source == source for claim in said),
        removed=len(mine.keys() - has.keys()),
        kept=sum(has[ts][2] == what[2] for ts, what in mine.items() if ts in has),
        restored=sum(
            what != had.get(ts) and not (ts in mine and what[2] == mine[ts][2]) for ts, what in has.items()
        ),
        others=tuple(
            sorted(
                name
                for name in before.sources
                if name != source and before.sources[name] != after.sources.get(name)
            )
        ),
    )


@given(says(), says(SOURCES[:2]))
def test_a_source_that_is_not_there_is_only_fenced(said: list[Said], early: list[Said]) -> None:
    without = [claim for claim in [*said, *early] if claim.source == SOURCES[0]]
    head, merged = head_of(list({(c.source, c.row): c for c in without}.values()), {})
    version = heads.version_without(head, DAY_NAME, merged, SOURCES[2], **PUT)
    assert (version.head.body, version.head.removals) == (head.body, {})
    assert version.head.fenced == {SOURCES[2]}
    assert heads.version_without(None, DAY_NAME, page.empty(), "S", **PUT).head.fenced == {"S"}


def test_removals_of_several_days_add_up() -> None:
    days = [Removal(3, 1, 1, 1, ("B",)), Removal(2, 2, 0, 0, ("A", "B")), Removal()]
    assert sum_removals(days) == Removal(5, 3, 1, 1, ("A", "B"))
    assert Removal.from_json(days[0].to_json()) == days[0]
