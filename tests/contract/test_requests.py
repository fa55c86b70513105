"""Requests that bear a key, in every world."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest

from gramledger.core.requests import KeyedRequest, Reply
from gramledger.ports import World

_numbers = count()


@pytest.fixture
def request_(world: World) -> KeyedRequest:
    """The first attempt of a request of a tenant that nobody else has used."""
    tenant = f"r{next(_numbers)}-{world.chance.bytes(6).hex()}"
    now = world.clock.now_ms()
    return KeyedRequest(tenant, "a" * 64, "b" * 64, now, "00ff", "11ee", begun_at=now)


def test_a_request_is_read_back_as_it_was_kept(world: World, request_: KeyedRequest) -> None:
    assert world.requests.get(request_.tenant, request_.name) is None
    assert world.requests.keep(request_)
    assert world.requests.get(request_.tenant, request_.name) == request_
    ended = request_.ended(Reply(201, {"Content-Type": "application/json"}, '{"name":"größer"}'))
    assert world.requests.keep(ended)
    assert world.requests.get(request_.tenant, request_.name) == ended


def test_requests_of_other_tenants_and_names_are_not_seen(world: World, request_: KeyedRequest) -> None:
    world.requests.keep(request_)
    assert world.requests.get(f"{request_.tenant}x", request_.name) is None
    assert world.requests.get(request_.tenant, "c" * 64) is None


def test_only_what_follows_the_revision_that_is_there_is_kept(world: World, request_: KeyedRequest) -> None:
    assert not world.requests.keep(replace(request_, revision=2))
    assert world.requests.keep(request_)
    assert not world.requests.keep(request_)
    assert not world.requests.keep(replace(request_, revision=3))
    assert world.requests.keep(request_.ended(None))
    assert not world.requests.keep(request_.ended(None))


def test_of_attempts_that_meet_one_is_kept(world: World, request_: KeyedRequest) -> None:
    attempts = [replace(request_, attempt=f"{number:04x}") for number in range(8)]
    with ThreadPoolExecutor(8) as callers:
        kept = list(callers.map(world.requests.keep, attempts))
    assert sum(kept) == 1
    assert world.requests.get(request_.tenant, request_.name) == attempts[kept.index(True)]
