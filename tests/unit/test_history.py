"""The chain of a day's versions: what it holds, how it was at an instant, and what its seal says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pages import SOURCES, Said, table

from gramledger.core import heads, history, page
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.core.problems import HistoryBroken

DAY = "2025-11-08"


def follow(before: Head | None, *, at: int, rows: int = 1, cause: str = SOURCES[0], day: str = DAY) -> Head:
    said = [Said(ts=i, source=SOURCES[0], row=i + 1) for i in range(rows)]
    merged = page.merge(table(said))
    return heads.next_version(before, day, merged, {}, cause=cause, actor="ada", at=at).head


def chain_of(times: list[int]) -> list[Head]:
    made: list[Head] = []
    for number, at in enumerate(times):
        made.append(follow(made[-1] if made else None, at=at, rows=number + 1))
    return made


def test_a_version_is_never_committed_before_the_one_it_follows() -> None:
    first = follow(None, at=900)
    assert first.at == 900
    assert follow(first, at=500).at == 900
    assert follow(first, at=901).at == 901


def test_a_head_that_is_read_has_the_hash_of_its_text() -> None:
    head = follow(None, at=5)
    read = heads.unpack(*heads.pack(head))
    assert (read, read.hash) == (head, head.hash)
    assert replace(read, at=6).hash not in (read.hash, head.hash)


@given(times=st.lists(st.integers(0, 9), min_size=1, max_size=6), at=st.integers(-1, 10), seed=st.randoms())
def test_at_an_instant_the_last_version_committed_until_then_stands(
    times: list[int], at: int, seed: st.DataObject
) -> None:
    made = chain_of(times)
    rivals = [follow(made[0], at=at, rows=9, cause="rival"), follow(None, at=at, rows=9, cause="rival")]
    written = [Written(head) for head in (*made, *rivals)]
    seed.shuffle(written)  # type: ignore[attr-defined] # hypothesis gives a Random
    until_then = [head for head in made if head.at <= at]
    assert history.standing(made[-1], written, at) == (until_then[-1] if until_then else None)
    assert list(history.chain(made[-1], written)) == made[::-1]


def test_a_version_that_is_missing_or_altered_breaks_the_chain() -> None:
    made = chain_of([1, 2, 3])
    for found in ([made[0], made[2]], [made[0], replace(made[1], cause="forged"), made[2]]):
        reached = []
        with pytest.raises(HistoryBroken, match=f"Version 2 of {DAY}"):
            reached.extend(history.chain(made[2], [Written(head) for head in found]))
        assert history.standing(made[2], [Written(head) for head in found], 3) == made[2]


def test_what_lost_its_swap_is_told_from_the_chain_when_it_is_old_enough() -> None:
    made = chain_of([1, 2, 3])
    old, young = follow(made[0], at=2, rows=7), follow(made[2], at=9, rows=7)
    written = [Written(head) for head in (*made, old, young)]
    assert history.lost(made[::-1], written, before=9) == [old]
    assert history.lost(made[::-1], written, before=2) == []


def test_a_body_expires_by_the_time_at_which_its_version_was_replaced() -> None:
    first, second, third = chain_of([1, 5, 8])
    written = [Written(head) for head in (first, second, third)]
    chain = [third, second, first]
    assert history.expired(chain, written, before=5) == []
    assert history.expired(chain, written, before=6) == [first]
    assert history.expired(chain, written, before=99) == [second, first]
    dropped = [Written(first, pruned=True), *written[1:]]
    assert history.expired(chain, dropped, before=99) == [second]


def test_a_seal_tells_every_head_and_the_newest_commit() -> None:
    first, second = follow(None, at=7), follow(None, at=4, day="2025-11-09")
    sealed = history.seal([first, second])
    assert sealed.as_of == 7
    assert history.seal([]).as_of is None
    assert sealed == history.seal([first, second])
    others = ([first], [second], [replace(first, actor="bob"), second], [])
    assert len({sealed.hash, *(history.seal(other).hash for other in others)}) == 5


@pytest.mark.parametrize(
    ("cause", "read"),
    [
        (SOURCES[0], ("import", SOURCES[0])),
        (f"undo {SOURCES[0]}", ("undo", SOURCES[0])),
        ("rebuild", ("rebuild", None)),
    ],
)
def test_a_cause_is_a_kind_of_change_and_an_import(cause: str, read: tuple[str, str | None]) -> None:
    assert history.cause_of(follow(None, at=1, cause=cause)) == read
