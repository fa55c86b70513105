"""Dataclasses as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from gramledger.core.plain import plain


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record in another one."""

    name: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A record with everything that records have."""

    leaf: Leaf | None
    leaves: list[Leaf]
    by_name: dict[str, Any]
    days: frozenset[str] = field(default_factory=frozenset)


LEAVES = st.builds(Leaf, st.text(max_size=3), st.tuples(st.integers(), st.integers()))
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3), LEAVES
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=2), inner)
    ),
    max_leaves=8,
)
TREES = st.builds(
    Tree,
    st.none() | LEAVES,
    st.lists(LEAVES, max_size=2),
    st.dictionaries(st.text(max_size=2), VALUES, max_size=3),
    st.frozensets(st.text(max_size=2), max_size=1),  # of more, the order would be any
)


@given(TREES)
def test_plain_values_are_those_of_the_standard_library(tree: Tree) -> None:
    assert plain(tree) == asdict(tree)
    assert repr(plain(tree)) == repr(asdict(tree))  # 1 is no True, and a tuple no list


def test_what_is_changed_in_the_plain_value_is_not_changed_in_the_record() -> None:
    tree = Tree(None, [], {"a": {"b": [1]}})
    plain(tree)["by_name"]["a"]["b"].append(2)
    assert tree.by_name == {"a": {"b": [1]}}
