"""What a sweep says of a single import, from its record, the time and the state of its execution."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.announcements import outstanding
from gramledger.core.identity import ulid
from gramledger.core.imports import Import
from gramledger.core.sweeping import QUIET_MS, Execution, resting, standstill, went_on

NOW = 1_763_000_000_000
RECORD = Import(
    tenant="acme",
    import_id=ulid(NOW, bytes(10)),
    project_id="P1",
    project_name="demo",
    filename="usage.csv",
    requested_by="ada",
    created_at=NOW,
    phase_at=NOW,
)
QUEUED = replace(RECORD, status="queued", queued_at=NOW)
PROCESSING = replace(QUEUED, status="processing", phase="parse")
CANCELLING = PROCESSING.cancel(NOW, by="ada")
assert CANCELLING is not None
ENDED: tuple[Execution, ...] = ("succeeded", "failed", "timed-out", "aborted")


@pytest.mark.parametrize("record", [QUEUED, PROCESSING, CANCELLING])
def test_an_import_whose_execution_runs_is_well(record: Import) -> None:
    assert standstill(record, "running") is None


@pytest.mark.parametrize("record", [QUEUED, PROCESSING, CANCELLING])
@given(age=st.integers(0, 2 * QUIET_MS))
def test_an_import_is_left_alone_for_a_while_after_each_step(record: Import, age: int) -> None:
    assert went_on(record, NOW + age) == (age < QUIET_MS)


@pytest.mark.parametrize("record", [QUEUED, CANCELLING, PROCESSING, replace(PROCESSING, restarted=1)])
def test_an_execution_that_is_not_there_is_begun(record: Import) -> None:
    found = standstill(record, None)
    assert found is not None
    assert found.remedy == "start"


@pytest.mark.parametrize("state", ENDED)
def test_an_import_is_begun_again_once_and_taking_back_for_ever(state: Execution) -> None:
    assert CANCELLING is not None
    for record, again, remedy in (
        (PROCESSING, 0, "begin_again"),
        (PROCESSING, 1, "fail"),
        (replace(PROCESSING, problem={"code": "no-rows"}), 0, "fail"),
        (CANCELLING, 99, "begin_again"),
    ):
        found = standstill(replace(record, restarted=again), state)
        assert found is not None
        assert found.remedy == remedy
        assert state in found.reason


def test_the_name_of_an_execution_tells_all_that_was_said_of_its_import() -> None:
    import_id = RECORD.import_id
    assert QUEUED.execution == import_id
    manual = replace(QUEUED, confirm="manual", confirmed_at=NOW)
    assert manual.execution == f"{import_id}-confirmed"
    assert replace(manual, resumed=2).execution == f"{import_id}-confirmed-resumed-2"
    assert replace(PROCESSING, restarted=1).execution == f"{import_id}-again-1"
    assert CANCELLING is not None
    assert CANCELLING.execution == f"{import_id}-cancel"
    assert replace(CANCELLING, status="undoing", restarted=3).execution == f"{import_id}-undo-again-3"


def test_names_are_short_and_plain_enough_for_the_service() -> None:
    longest = replace(
        PROCESSING, confirm="manual", confirmed_at=NOW, resumed=1_000_000, restarted=1_000_000
    ).execution
    assert len(longest) <= 80
    assert all(character.isalnum() or character == "-" for character in longest)


@given(uploaded=st.booleans(), days=st.integers(0, 400))
def test_what_counts_is_at_rest_for_ever(uploaded: bool, days: int) -> None:
    receipt = dict.fromkeys(
        (
            "rows_in",
            "imported",
            "updated",
            "duplicate_identical",
            "duplicate_differing",
            "rejected",
            "excluded",
        ),
        0,
    )
    done = PROCESSING.complete(NOW, receipt)
    assert done is not None
    (event,) = outstanding(done)
    announced = replace(done, announced=[event.event_id])
    found = resting(announced, NOW + days * 86_400_000, uploaded=uploaded)
    assert (found.remedy if found else None) == ("settle" if uploaded and days else None)
