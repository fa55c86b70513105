"""Bodies in the bucket whose versions a table has lost are found by the sweep, over DynamoDB and S3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from support.events import ENVIRONMENT
from support.files import export, minutes
from support.runs import ADMIN, NOW, import_file

from gramledger.adapters.aws import ledger as on_dynamo
from gramledger.adapters.aws.world import aws_world
from gramledger.adapters.memory.system import MemoryClock
from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.adapters.system import SystemClock
from gramledger.app.projects import create_project
from gramledger.app.sweep_pages import GRACE_MS, sweep_pages
from gramledger.core.projects import Project

pytestmark = pytest.mark.usefixtures("deployed")

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")
LATER_S = GRACE_MS / 1000 + 1


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> MemoryWorld:
    """A project of three days with two versions each, whose bodies and heads are all too large for the table."""
    monkeypatch.setattr(on_dynamo, "BODY_INLINE_BYTES", 100)
    monkeypatch.setattr(on_dynamo, "STATE_INLINE_BYTES", 100)
    deployed = aws_world()
    world = replace(memory_world(now_ms=NOW), ledger=deployed.ledger, store=deployed.store)
    create_project(world, ADMIN, "demo")
    for count in (3, 5):
        import_file(world, export([line for day in DAYS for line in minutes(count, day=day)]))
    return replace(world, clock=MemoryClock(SystemClock().now_ms()))


def home_of(world: MemoryWorld) -> Project:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return home


def bodies(world: MemoryWorld) -> list[str]:
    return list(world.store.keys("pages/"))


def lose(world: MemoryWorld, partition: str, lost: Callable[[str], bool]) -> None:
    """Take items out of the table as a loss of it would, and leave the bucket alone."""
    table: Any = boto3.resource("dynamodb").Table(ENVIRONMENT["TABLE"])
    pk = f"T#acme#P#{home_of(world).project_id}#{partition}"
    for item in table.scan()["Items"]:
        if item["pk"] == pk and lost(item["sk"]):
            table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def test_nothing_that_a_version_names_is_a_stray(world: MemoryWorld) -> None:
    before = bodies(world)
    assert len(before) == 12
    world.clock.sleep(LATER_S)
    assert sweep_pages(world, home_of(world)).blobs == 0
    assert bodies(world) == before


def test_bodies_of_a_day_that_the_table_has_lost_go_when_they_are_a_day_old(world: MemoryWorld) -> None:
    for partition in ("HEADS", "PAGES"):
        lose(world, partition, lambda name: name.startswith(DAYS[1]))
    assert sweep_pages(world, home_of(world)).blobs == 0
    world.clock.sleep(LATER_S)
    assert sweep_pages(world, home_of(world)).blobs == 4
    assert [key.split("/")[3] for key in bodies(world)] == [DAYS[0]] * 4 + [DAYS[2]] * 4


def test_bodies_of_versions_that_were_lost_after_the_current_one_go(world: MemoryWorld) -> None:
    place = ("acme", home_of(world).project_id)
    second = world.ledger.head(*place, DAYS[2])
    assert second is not None
    first = next(
        found.head for found in world.ledger.versions(*place, DAYS[2], DAYS[2]) if found.head != second
    )
    lose(world, "PAGES", lambda name: name.startswith(f"{DAYS[2]}#00000002"))
    lose(world, "HEADS", lambda name: name == DAYS[2])
    table: Any = boto3.resource("dynamodb").Table(ENVIRONMENT["TABLE"])
    kept = table.get_item(
        Key={"pk": f"T#acme#P#{place[1]}#PAGES", "sk": f"{DAYS[2]}#00000001#{first.hash[:16]}"}
    )
    table.put_item(Item={**kept["Item"], "pk": f"T#acme#P#{place[1]}#HEADS", "sk": DAYS[2], "version": 1})
    world.clock.sleep(LATER_S)
    assert sweep_pages(world, home_of(world)).blobs == 2
    assert len(bodies(world)) == 10
    assert world.ledger.body(*place, first) is not None


def test_nothing_goes_of_a_day_whose_chain_is_broken(world: MemoryWorld) -> None:
    lose(world, "PAGES", lambda name: name.startswith(f"{DAYS[0]}#00000001"))
    world.clock.sleep(LATER_S)
    swept = sweep_pages(world, home_of(world))
    assert (swept.blobs, swept.broken) == (0, [DAYS[0]])
    assert len(bodies(world)) == 12


def test_strays_of_days_that_a_run_does_not_come_to_are_left_to_the_next_one(world: MemoryWorld) -> None:
    for partition in ("HEADS", "PAGES"):
        lose(world, partition, lambda name: not name.startswith(DAYS[1]))
    world.clock.sleep(LATER_S)
    first = sweep_pages(world, home_of(world), days=1)
    assert (first.blobs, first.next) == (4, DAYS[1])
    assert sweep_pages(world, home_of(world), after=first.next).blobs == 4
    assert len(bodies(world)) == 4
