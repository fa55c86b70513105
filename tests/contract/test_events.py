"""Every bus takes an event and hands it on unchanged to those who listen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from support.announced import finished

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.ports import World

EVENT = finished()

handing_on = pytest.mark.parametrize(  # moto does so only with a library that is not among ours
    "world", ["memory", pytest.param("engine", marks=pytest.mark.stack)], indirect=True
)


@pytest.fixture
def heard(world: World) -> Iterator[Any]:
    """Answers the events that have been heard since; on AWS by a rule with a queue of the test's own."""
    if isinstance(world, MemoryWorld):
        events = world.events
        yield lambda: [(event.name, event.to_json()) for event in events.announced]
        return
    bus = world.events.bus  # type: ignore[attr-defined] # the adapter of EventBridge has one
    sqs, rules = boto3.client("sqs"), boto3.client("events")
    name = f"heard-{world.chance.bytes(4).hex()}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rules.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["gramledger"]}')
    rules.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def received() -> list[tuple[str, Any]]:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return [(message["detail-type"], message["detail"]) for message in messages]

    yield received
    rules.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
    rules.delete_rule(Name=name, EventBusName=bus)
    sqs.delete_queue(QueueUrl=queue)


@handing_on
def test_an_event_is_handed_on_unchanged(world: World, heard: Any) -> None:
    world.events.announce(EVENT)
    assert heard() == [("ImportFinished", EVENT.to_json())]


def test_every_bus_takes_an_event(world: World) -> None:
    world.events.announce(EVENT)


@handing_on
def test_an_event_may_be_announced_again(world: World, heard: Any) -> None:
    world.events.announce(EVENT)
    world.events.announce(EVENT)
    found = heard()
    assert {detail["event_id"] for _, detail in found} == {EVENT.event_id}
