"""Events set out to webhooks, are tried again, and arrive once for whoever looks at their id."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.files import export, row
from support.runs import ADMIN, NOW, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.deliver import deliver
from gramledger.app.lookup import Caller
from gramledger.app.notify import STALLED_MS, notify, resume_deliveries
from gramledger.app.webhooks import (
    create_webhook,
    find_webhook,
    list_deliveries,
    list_webhooks,
    remove_webhook,
    resend,
    rotate_secret,
    show_webhook,
    try_webhook,
)
from gramledger.core.deliveries import JITTER, PAUSES, Delivery, Reply
from gramledger.core.limits import WEBHOOK_KEYS, WEBHOOKS
from gramledger.core.problems import ImportConflict, InvalidRequest, NotAllowed, NotFound, TargetRefused
from gramledger.core.signing import signed_headers
from gramledger.core.webhooks import EVENTS, OVERLAP_MS, Webhook

URL = "https://hooks.example.org/x?y=z"
MEMBER = Caller(tenant="acme", user="mia", groups=frozenset({"member"}))
RIVAL = Caller(tenant="rival", user="rob", groups=frozenset({"admin"}))
GOOD = export([row("2025-11-01T10:00:00.000Z")])
BUSY = Reply(503, "Service Unavailable")


def world_with_hosts() -> MemoryWorld:
    world = new_world()
    world.receivers.hosts = {"hooks.example.org": ["93.184.215.14"], "inside.example.org": ["10.0.0.1"]}
    return world


def one_webhook(world: MemoryWorld, **form: object) -> tuple[Webhook, str]:
    return create_webhook(world, ADMIN, {"url": URL, **form})


def announced(world: MemoryWorld, content: bytes = GOOD) -> None:
    """Import a file, and let the bus hand its events on."""
    known = len(world.events.announced)
    import_file(world, content)
    for event in world.events.announced[known:]:
        notify(world, event)


def newest(world: MemoryWorld, webhook: Webhook) -> Delivery:
    return list_deliveries(world, ADMIN, webhook.webhook_id, limit=1, cursor=None)[0][0]


def carry(world: MemoryWorld, delivery: Delivery) -> list[int]:
    """What the state machine does; the pauses in seconds."""
    pauses = []
    while (seconds := deliver(world, delivery.tenant, delivery.webhook_id, delivery.delivery_id)) is not None:
        pauses.append(seconds)
        world.clock.sleep(seconds)
    return pauses


def test_an_event_is_delivered_signed_with_its_own_id() -> None:
    world = world_with_hosts()
    webhook, secret = one_webhook(world)
    announced(world)
    sent = newest(world, webhook)
    assert carry(world, sent) == []
    ((target, address, headers, body),) = world.receivers.requests
    assert (target.host, target.path, address) == ("hooks.example.org", "/x?y=z", "93.184.215.14")
    event = world.events.announced[0]
    assert body.decode() == event.body()
    at = int(headers["webhook-timestamp"]) * 1000
    assert signed_headers([secret], event.event_id, at, body).items() <= headers.items()
    assert newest(world, webhook).status == "delivered"


def test_an_event_that_comes_twice_sets_out_once() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    notify(world, world.events.announced[0])
    assert len(world.courier.started) == 1
    carry(world, newest(world, webhook))
    notify(world, world.events.announced[0])
    carry(world, newest(world, webhook))
    assert len(world.receivers.requests) == 1


def test_each_webhook_gets_what_it_wants_and_no_tenant_what_is_anothers() -> None:
    world = world_with_hosts()
    one_webhook(world, events=["import.failed"])
    wanting, _ = one_webhook(world, events=["import.finished", "import.failed"])
    create_webhook(world, RIVAL, {"url": URL})
    announced(world)
    assert [request["webhook_id"] for request in world.courier.started.values()] == [wanting.webhook_id]
    announced(world, b"a;b\n1;2\n")
    assert len(world.courier.started) == 3


def test_a_receiver_that_fails_is_tried_again_as_documented_and_then_given_up() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    world.receivers.replies = [BUSY] * 20
    pauses = carry(world, newest(world, webhook))
    assert len(pauses) == len(PAUSES)
    for waited, usual in zip(pauses, PAUSES, strict=True):
        assert usual <= waited <= usual * (1 + JITTER) + 1
    ended = newest(world, webhook)
    assert (ended.status, ended.next_at) == ("failed", None)
    assert [attempt.status for attempt in ended.attempts] == [503] * 10
    assert len({request[3] for request in world.receivers.requests}) == 1, "the body changed on the way"
    assert len({request[2]["webhook-id"] for request in world.receivers.requests}) == 1
    stamps = [request[2]["webhook-timestamp"] for request in world.receivers.requests]
    assert len(set(stamps)) == len(stamps)


@given(asked=st.integers(0, 10**9), chance=st.floats(0, 1), tries=st.integers(0, len(PAUSES) - 1))
def test_a_pause_is_never_shorter_than_planned_nor_longer_than_a_day_and_a_bit(
    asked: int, chance: float, tries: int
) -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    delivery = replace(try_webhook(world, ADMIN, webhook.webhook_id), kind="import.failed", attempts=())
    attempt = Delivery.abandoned(delivery, NOW, "x")
    assert attempt is not None
    earlier = attempt.attempts * tries
    tried = replace(delivery, attempts=earlier).tried(attempt.attempts[0], Reply(429, "", asked), chance)
    assert tried is not None
    assert tried.next_at is not None
    waits = (tried.next_at - NOW) / 1000
    assert PAUSES[tries] <= waits <= max(PAUSES[-1] * (1 + JITTER), 24 * 3600)
    assert waits >= min(asked, 24 * 3600)


def test_an_attempt_that_is_not_due_is_not_made() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    world.receivers.replies = [BUSY]
    place = ("acme", webhook.webhook_id, newest(world, webhook).delivery_id)
    seconds = deliver(world, *place)
    assert seconds is not None
    assert deliver(world, *place) is not None
    assert len(world.receivers.requests) == 1
    world.clock.sleep(seconds)
    assert deliver(world, *place) is None
    assert deliver(world, *place) is None
    assert len(world.receivers.requests) == 2


def test_a_receiver_that_is_gone_gets_nothing_more() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    announced(world)
    waiting = list_deliveries(world, ADMIN, webhook.webhook_id, limit=9, cursor=None)[0]
    world.receivers.replies = [Reply(410, "Gone")]
    for delivery in waiting:
        carry(world, delivery)
    assert len(world.receivers.requests) == 1
    assert show_webhook(find_webhook(world, ADMIN, webhook.webhook_id))["status"] == "gone"
    ended = list_deliveries(world, ADMIN, webhook.webhook_id, limit=9, cursor=None)[0]
    assert [each.attempts[-1].reason for each in ended] == ["Gone", "the receiver wants nothing more (410)"]
    started = len(world.courier.started)
    announced(world)
    assert len(world.courier.started) == started


def test_a_host_that_has_moved_inside_is_not_spoken_to() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    world.receivers.hosts["hooks.example.org"] = ["93.184.215.14", "169.254.169.254"]
    carry(world, newest(world, webhook))
    assert world.receivers.requests == []
    ended = newest(world, webhook)
    assert ended.status == "failed"
    assert "169.254.169.254, which is not public" in ended.attempts[0].reason


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"url": "https://inside.example.org"}, TargetRefused),
        ({"url": "https://nowhere.example.org"}, TargetRefused),
        ({"url": "http://hooks.example.org"}, TargetRefused),
        ({"url": URL, "events": ["import.exploded"]}, InvalidRequest),
        ({"url": URL, "events": []}, InvalidRequest),
        ({"url": URL, "events": "import.failed"}, InvalidRequest),
        ({"url": URL, "events": [["import.failed"]]}, InvalidRequest),
        ({"url": URL, "secret": "mine"}, InvalidRequest),
        ({}, InvalidRequest),
        ([], InvalidRequest),
    ],
)
def test_an_unsound_webhook_is_refused_and_leaves_nothing(form: object, problem: type[Exception]) -> None:
    world = world_with_hosts()
    with pytest.raises(problem):
        create_webhook(world, ADMIN, form)
    assert list_webhooks(world, ADMIN) == []


def test_a_tenant_has_a_limited_number_of_webhooks() -> None:
    world = world_with_hosts()
    for _ in range(WEBHOOKS):
        one_webhook(world)
    with pytest.raises(InvalidRequest, match="a tenant may have 20"):
        one_webhook(world)


def test_a_new_secret_signs_beside_the_old_one_for_a_day() -> None:
    world = world_with_hosts()
    webhook, old = one_webhook(world)
    rotated, new = rotate_secret(world, ADMIN, webhook.webhook_id)
    assert len({old, new}) == 2
    assert [key.until for key in rotated.keys] == [None, NOW + OVERLAP_MS]
    announced(world)
    carry(world, newest(world, webhook))
    world.clock.sleep(OVERLAP_MS / 1000)
    announced(world)
    carry(world, newest(world, webhook))
    during, after = (request[2]["webhook-signature"].split(" ") for request in world.receivers.requests)
    assert (len(during), len(after)) == (2, 1)
    last = world.receivers.requests[-1]
    at = int(last[2]["webhook-timestamp"]) * 1000
    signature = signed_headers([new], last[2]["webhook-id"], at, last[3])["webhook-signature"]
    assert after == [signature]


def test_secrets_that_have_ended_are_removed_and_too_many_at_once_are_refused() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    first = f"{webhook.webhook_id}/{webhook.keys[0].key_id}"
    for _ in range(WEBHOOK_KEYS - 1):
        rotate_secret(world, ADMIN, webhook.webhook_id)
    with pytest.raises(InvalidRequest, match="it may have 4"):
        rotate_secret(world, ADMIN, webhook.webhook_id)
    world.clock.sleep(OVERLAP_MS / 1000 + 1)
    rotated, _ = rotate_secret(world, ADMIN, webhook.webhook_id)
    assert len(rotated.keys) == 2
    assert world.secrets.find("acme", first) is None


def test_a_webhook_that_is_removed_leaves_no_secret_and_gets_nothing_more() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    waiting = newest(world, webhook)
    remove_webhook(world, ADMIN, webhook.webhook_id)
    carry(world, waiting)
    assert world.receivers.requests == []
    assert world.secrets.find("acme", f"{webhook.webhook_id}/{webhook.keys[0].key_id}") is None
    with pytest.raises(NotFound):
        find_webhook(world, ADMIN, webhook.webhook_id)


def test_a_test_is_sent_once_whatever_the_webhook_wants() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world, events=["import.failed"])
    world.receivers.replies = [BUSY]
    delivery = try_webhook(world, ADMIN, webhook.webhook_id)
    assert carry(world, delivery) == []
    assert newest(world, webhook).status == "failed"
    assert json.loads(world.receivers.requests[0][3])["type"] == "webhook.test"


def test_a_delivery_that_was_given_up_can_begin_anew() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    delivery = newest(world, webhook)
    with pytest.raises(ImportConflict, match="still being tried"):
        resend(world, ADMIN, webhook.webhook_id, delivery.delivery_id)
    world.receivers.replies = [BUSY] * 10
    carry(world, delivery)
    resend(world, ADMIN, webhook.webhook_id, delivery.delivery_id)
    assert sorted(world.courier.started) == [delivery.delivery_id, f"{delivery.delivery_id}-1"]
    carry(world, delivery)
    assert newest(world, webhook).status == "delivered"
    ids = {request[2]["webhook-id"] for request in world.receivers.requests}
    assert len(ids) == 1
    with pytest.raises(NotFound):
        resend(world, ADMIN, webhook.webhook_id, webhook.webhook_id)


def test_what_lost_its_carrier_is_carried_on_and_nothing_else() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    announced(world)
    delivery = newest(world, webhook)
    assert resume_deliveries(world, "acme") == 0
    world.clock.sleep(STALLED_MS / 1000 + 2)
    assert resume_deliveries(world, "acme") == 1
    assert sorted(world.courier.started) == [delivery.delivery_id, f"{delivery.delivery_id}-1"]
    carry(world, delivery)
    assert resume_deliveries(world, "acme") == 0


def test_webhooks_are_for_administrators_and_of_one_tenant() -> None:
    world = world_with_hosts()
    webhook, _ = one_webhook(world)
    with pytest.raises(NotAllowed):
        create_webhook(world, MEMBER, {"url": URL})
    with pytest.raises(NotAllowed):
        list_webhooks(world, MEMBER)
    for use in (find_webhook, rotate_secret, remove_webhook, try_webhook):
        with pytest.raises(NotAllowed):
            use(world, MEMBER, webhook.webhook_id)
        with pytest.raises(NotFound):
            use(world, RIVAL, webhook.webhook_id)
    assert list_webhooks(world, RIVAL) == []


def test_nothing_that_is_shown_or_kept_in_a_record_is_a_secret() -> None:
    world = world_with_hosts()
    webhook, secret = one_webhook(world)
    announced(world)
    carry(world, newest(world, webhook))
    kept = [webhook.to_json(), show_webhook(webhook), newest(world, webhook).to_json()]
    assert secret not in json.dumps(kept)
    assert "whsec_" not in json.dumps(kept)
    assert webhook.events == EVENTS
