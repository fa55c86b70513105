"""What may be asked of recalculations, by whom, and how they are listed."""

from __future__ import annotations

import json

import pytest
from support.recalculating import (
    changed_days,
    drive,
    planned,
    some_imports,
)
from support.runs import ADMIN, new_world

from gramledger.app.lookup import Caller
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    list_recalculations,
    pause_recalculation,
    plan_recalculation,
    undo_recalculation,
)
from gramledger.core import limits
from gramledger.core.problems import InvalidRequest, NotAllowed, NotFound
from gramledger.core.recalculations import STATUSES


def test_who_may_do_what_and_what_there_is() -> None:
    world = some_imports()
    member = Caller(tenant="acme", user="bob", groups=frozenset())
    stranger = Caller(tenant="other", user="eve", groups=frozenset({"admin"}))
    document = plan_recalculation(world, member, "demo", {"preset": "nuclear"})
    recalculation_id = document["recalculation_id"]
    assert (document["status"], document["percent"]) == ("planning", 0)
    with pytest.raises(NotFound, match="nothing to show yet"):
        changed_days(world, recalculation_id)
    drive(world)
    with pytest.raises(NotAllowed):
        plan_recalculation(world, member, "demo", {"confirm": "auto"})
    for word in (confirm_recalculation, pause_recalculation, cancel_recalculation, undo_recalculation):
        with pytest.raises(NotAllowed):
            word(world, member, "demo", recalculation_id)
    with pytest.raises(NotFound):
        get_recalculation(world, stranger, "demo", recalculation_id)
    with pytest.raises(NotFound, match="no preset 'gone'"):
        plan_recalculation(world, member, "demo", {"preset": "gone"})
    second = planned(world)
    first_page, cursor = list_recalculations(world, member, "demo", limit=1, cursor=None)
    assert [one["recalculation_id"] for one in first_page] == [second["recalculation_id"]]
    rest, end = list_recalculations(world, member, "demo", limit=1, cursor=cursor)
    assert ([one["recalculation_id"] for one in rest], end) == ([recalculation_id], None)
    assert {one["status"] for one in (*first_page, *rest)} <= set(STATUSES)


def test_a_page_of_the_list_is_no_longer_than_an_answer_may_be() -> None:
    world = new_world()
    names = [f"{number:03}-{'x' * 116}" for number in range(limits.RECALCULATED_NAMES)]
    known = []
    for _ in range(2 + limits.ANSWER_BYTES // limits.RECALCULATION_BYTES):
        world.clock.sleep(0.001)
        known.append(plan_recalculation(world, ADMIN, "demo", {"models": names})["recalculation_id"])
    listed: list[str] = []
    cursor, pages = None, 0
    while cursor or not pages:
        found, cursor = list_recalculations(world, ADMIN, "demo", limit=100, cursor=cursor)
        assert len(json.dumps(found)) <= limits.ANSWER_BYTES
        listed.extend(one["recalculation_id"] for one in found)
        pages += 1
    assert (listed, pages) == (known[::-1], 2)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([], "JSON object"),
        ({"everything": True}, "JSON object with any of"),
        ({"from": "yesterday"}, "'from' must be a day"),
        ({"from": "2025-11-05", "to": "2025-11-04"}, "must not be after"),
        ({"models": []}, "'models' must be a list"),
        ({"models": ["x"] * 501}, "500 names"),
        ({"entries": [{"ts": "noon", "key": "cursor"}]}, "Each of 'entries'"),
        ({"entries": "all"}, "'entries' must be a list"),
        ({"entries": [{}] * 501}, "500 entries"),
        ({"quality": ["good"]}, "'quality' must be"),
        ({"status": "ok"}, "'status' must be"),
        ({"confirm": "later"}, "'confirm' must be"),
        ({"preset": 1}, "'preset' must name"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(form: object, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        plan_recalculation(new_world(), ADMIN, "demo", form)
