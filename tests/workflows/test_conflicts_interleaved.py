"""Imports that add, update and replace, in any interleaving: one ledger, and each can be taken back from it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.runs import ADMIN, new_world, pages, run, run_interleaved, upload
from workflows.test_interleavings import DAYS, files, outcomes

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.stop import undo_import
from gramledger.app.take_back import take_back
from gramledger.core.imports import Import

pytestmark = pytest.mark.usefixtures("remembered")

ASKED: list[dict[str, Any]] = [
    {},
    {"on_conflict": "update"},
    {"mode": "replace"},
    {"mode": "replace", "window": {"from": DAYS[0], "to": DAYS[2]}},
    {"mode": "replace", "account": "one", "on_conflict": "update"},
    {"account": "one"},
]

imports = st.lists(st.tuples(files, st.sampled_from(ASKED)), min_size=2, max_size=3)


def ledger(world: MemoryWorld, records: list[Import]) -> tuple[Any, list[Any]]:
    """The pages, and the receipt of every import, or why it has none."""
    found = [world.jobs.get(record.tenant, record.import_id) for record in records]
    return pages(world), [
        outcomes(one.receipt) if one and one.receipt else one and one.problem for one in found
    ]


def uploaded(world: MemoryWorld, given: list[tuple[bytes, dict[str, Any]]]) -> list[Import]:
    return [upload(world, content, **asked) for content, asked in given]


@settings(max_examples=25)
@given(imports, st.randoms(use_true_random=False))
def test_any_interleaving_with_repeated_and_late_tasks_ends_as_one_after_the_other(
    given: list[tuple[bytes, dict[str, Any]]], chance: random.Random
) -> None:
    serial = new_world()
    expected = uploaded(serial, given)
    for record in expected:
        run(serial, record)
    world = new_world()
    records = uploaded(world, given)
    run_interleaved(world, records, chance)
    assert ledger(world, records) == ledger(serial, expected)


@settings(max_examples=20)
@given(imports, st.integers(0, 2))
def test_an_import_that_is_undone_leaves_the_ledger_that_the_others_make(
    given: list[tuple[bytes, dict[str, Any]]], which: int
) -> None:
    undone = which % len(given)
    world, others = new_world(), new_world()
    records, expected = uploaded(world, given), uploaded(others, given)
    for record in records:
        run(world, record)
    for number, record in enumerate(expected):
        if number != undone:
            run(others, record)
    gone, _ = records.pop(undone), expected.pop(undone)
    ended = world.jobs.get(gone.tenant, gone.import_id)
    if ended and ended.status == "completed":
        undo_import(world, ADMIN, gone.import_id)
        take_back(world, gone.tenant, gone.import_id)
    assert ledger(world, records) == ledger(others, expected)
