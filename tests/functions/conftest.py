"""Handlers as they are deployed, over moto's services."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from support.events import DELIVERY_MACHINE, ENVIRONMENT, IMPORT_MACHINE

from gramledger.adapters.aws import clients
from gramledger.adapters.aws.world import aws_world


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings and resources of a deployed stack."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        clients.client.cache_clear()
        aws_world.cache_clear()
        place = {"CreateBucketConfiguration": {"LocationConstraint": ENVIRONMENT["AWS_DEFAULT_REGION"]}}
        for bucket in (ENVIRONMENT["UPLOADS_BUCKET"], ENVIRONMENT["LEDGER_BUCKET"]):
            boto3.client("s3").create_bucket(Bucket=bucket, **place)
        boto3.client("dynamodb").create_table(
            TableName=ENVIRONMENT["TABLE"],
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
        )
        for machine in (IMPORT_MACHINE, DELIVERY_MACHINE):
            boto3.client("stepfunctions").create_state_machine(
                name=machine.rsplit(":", 1)[1],
                definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
                roleArn="arn:aws:iam::123456789012:role/import",
            )
        yield
    clients.client.cache_clear()
    aws_world.cache_clear()
