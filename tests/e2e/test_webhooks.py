"""Webhooks through the front door: an import ends, and whoever asked for it is told, signed and once."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from support.files import export, row
from support.front import Front
from support.receiver import Receiver, receiving
from support.stacks import operator_environment

from local.stack import Stack

pytestmark = pytest.mark.stack

GUIDE = (Path(__file__).parents[2] / "docs/how-to/notifications.md").read_text("utf-8")
GOOD = export([row("2025-11-01T10:00:00.000Z"), row("2025-11-02T10:00:00.000Z")])
WITH_REJECT = export([row("2025-11-01T10:00:00.000Z"), row("no date")])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def webhook(front: Front, receiver: Receiver) -> Iterator[dict[str, Any]]:
    """A webhook of the tenant, which other tests share."""
    answer = front.request("POST", "/v1/webhooks", body={"url": receiver.url})
    assert answer.status == 201, answer
    yield answer.body
    front.request("DELETE", f"/v1/webhooks/{answer.body['webhook_id']}")


def verify(*given: Any) -> bool:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 -- the guide's own code is what is tested
    return bool(names["verify"](*given))


def delivered(front: Front, webhook: dict[str, Any], status: str = "delivered") -> dict[str, Any]:
    """The newest delivery, when it has ended so."""
    deadline = time.monotonic() + 60
    while True:
        found = front.get(f"/v1/webhooks/{webhook['webhook_id']}/deliveries")["deliveries"]
        if found and found[0]["status"] == status:
            return dict(found[0])
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_the_end_of_an_import_arrives_signed(
    front: Front, project: str, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    done = front.run(project, WITH_REJECT)
    ((headers, body),) = receiver.wait(1)
    assert verify(webhook["secret"], headers, body)
    assert not verify(webhook["secret"], headers, body.replace(b"completed", b"cancelled"))
    told = json.loads(body)
    assert told["type"] == "import.finished_with_rejects"
    assert (told["data"]["import_id"], told["data"]["rows"]["rejected"]) == (done["import_id"], 1)
    assert headers["webhook-id"] == f"{done['import_id']}-ended"
    found = delivered(front, webhook)
    assert [attempt["status"] for attempt in found["attempts"]] == [204]


def test_a_receiver_that_fails_is_tried_again_and_a_new_secret_signs_beside_the_old_one(
    front: Front, project: str, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    rotated = front.request("POST", f"/v1/webhooks/{webhook['webhook_id']}/rotate")
    assert rotated.status == 201
    receiver.answers[:] = [(503, {})]
    front.run(project, GOOD)
    (first, body), (second, again) = receiver.wait(2)
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert int(second["webhook-timestamp"]) >= int(first["webhook-timestamp"]) + 4
    for secret in (webhook["secret"], rotated.body["secret"]):
        assert verify(secret, second, again)
    assert [attempt["status"] for attempt in delivered(front, webhook)["attempts"]] == [503, 204]


def test_a_webhook_is_tried_out_and_one_that_is_gone_gets_nothing_more(
    front: Front, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    place = f"/v1/webhooks/{webhook['webhook_id']}"
    assert front.request("POST", f"{place}/test").status == 201
    assert json.loads(receiver.wait(1)[0][1])["type"] == "webhook.test"
    assert delivered(front, webhook)["type"] == "webhook.test"
    receiver.answers[:] = [(410, {})]
    front.request("POST", f"{place}/test")
    delivered(front, webhook, "failed")
    assert front.get(place)["status"] == "gone"


def test_an_import_that_is_undone_or_cancelled_is_told_of_too(
    front: Front, project: str, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    done = front.run(project, GOOD)
    assert front.request("POST", f"/v1/imports/{done['import_id']}/undo").status == 200
    waiting = front.create(project)
    assert front.request("POST", f"/v1/imports/{waiting['import_id']}/cancel").status == 200
    told = [
        json.loads(body) for headers, body in receiver.wait(3) if verify(webhook["secret"], headers, body)
    ]
    assert sorted((event["type"], event["data"]["import_id"]) for event in told) == sorted(
        [
            ("import.finished", done["import_id"]),
            ("import.undone", done["import_id"]),
            ("import.cancelled", waiting["import_id"]),
        ]
    )


def test_webhooks_are_for_administrators_of_their_own_tenant(
    enter: Any, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    place = f"/v1/webhooks/{webhook['webhook_id']}"
    for path in (place, f"{place}/deliveries"):
        assert enter("rival").request("GET", path).status == 404
        assert enter("member").request("GET", path).status == 403
        assert enter("nobody").request("GET", path).status == 401
    assert enter("rival").get("/v1/webhooks")["webhooks"] == []
    assert enter("member").request("POST", "/v1/webhooks", body={"url": receiver.url}).status == 403


def test_an_address_that_only_we_could_reach_is_refused(front: Front) -> None:
    for url in ("http://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "http://hooks.example.org/"):
        answer = front.request("POST", "/v1/webhooks", body={"url": url})
        assert (answer.status, answer.body["code"]) == (422, "target-refused"), url


def test_whoever_is_subscribed_to_the_topic_gets_a_line(
    front: Front, project: str, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in operator_environment(stack).items():
        monkeypatch.setenv(name, value)
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    queue = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscribed = sns.subscribe(
        TopicArn=stack.outputs["NotificationsTopicArn"],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    done = front.run(project, GOOD, filename='odd "name".csv')
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
    sns.unsubscribe(SubscriptionArn=subscribed)
    sqs.delete_queue(QueueUrl=queue)
    text = json.loads(message["Body"])
    assert text.startswith(f'The import of odd "name".csv into {project} (tenant acme) finished at ')
    assert text.endswith(f"Rows: 2 (2 imported). Import {done['import_id']}.")
