"""The worlds that must behave alike: the fakes, moto, and the embedded engine of the local stack."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from support.stacks import deployed_settings, operator_environment

from gramledger.adapters.aws import clients
from gramledger.adapters.aws.world import AwsWorld
from gramledger.adapters.memory.world import memory_world
from gramledger.ports import World
from gramledger.settings import Settings

SETTINGS = Settings(
    "ledger",
    "uploads",
    "store",
    "arn:aws:states:eu-west-1:123456789012:stateMachine:import",
    event_bus="default",
    secrets_prefix="gramledger/webhooks",
)


@pytest.fixture(params=["memory", "moto", pytest.param("engine", marks=pytest.mark.stack)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world of the given kind; only the engine's keeps what other tests left, under other tenants."""
    if request.param == "memory":
        yield memory_world()
    elif request.param == "moto":
        yield from _moto(request.getfixturevalue("monkeypatch"))
    else:
        yield from _engine(request)


@pytest.fixture
def tenant(world: World) -> str:
    """A tenant that nobody else has used."""
    return f"t{world.chance.bytes(8).hex()}"


def _moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    _serve_one_call_at_a_time(monkeypatch)
    with mock_aws():
        clients.client.cache_clear()
        place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
        for bucket in (SETTINGS.uploads_bucket, SETTINGS.ledger_bucket):
            boto3.client("s3").create_bucket(Bucket=bucket, **place)
        boto3.client("dynamodb").create_table(
            TableName=SETTINGS.table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        )
        boto3.client("stepfunctions").create_state_machine(
            name=SETTINGS.import_machine.rsplit(":", 1)[1],
            definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
            roleArn="arn:aws:iam::123456789012:role/import",
        )
        yield AwsWorld(SETTINGS)
    clients.client.cache_clear()


def _serve_one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conditional writes are atomic in DynamoDB; moto looks first and writes then, and a thread may come between."""
    served, turn = BotocoreStubber.__call__, threading.Lock()

    def in_turn(stubber: BotocoreStubber, *call: Any, **request: Any) -> Any:
        with turn:
            return served(stubber, *call, **request)

    monkeypatch.setattr(BotocoreStubber, "__call__", in_turn)


def _engine(request: pytest.FixtureRequest) -> Iterator[World]:
    stack = request.getfixturevalue("stack")
    monkeypatch = request.getfixturevalue("monkeypatch")
    for name, value in operator_environment(stack).items():
        monkeypatch.setenv(name, value)
    clients.client.cache_clear()
    yield AwsWorld(deployed_settings(stack))
    clients.client.cache_clear()
