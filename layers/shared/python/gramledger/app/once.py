"""Carrying out a request that bears a key once, however often it is sent.

The record of the request is changed by compare-and-swap: of attempts that meet, one goes on. The reply of a request
that was done is kept; after a refusal or an error the next attempt tries anew, with the ids and the instant of the
first one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast

from gramledger.core.requests import Asked, KeyedRequest, Reply, begin
from gramledger.ports import Unavailable, World


def once(world: World, asked: Asked, work: Callable[[World], Reply]) -> tuple[Reply, bool]:
    """The reply of the request, and whether it is one that was kept.

    `work` gets a world in which each attempt makes the same ids at the same time. Raises IdempotencyKeyReused,
    RequestInProgress, and what `work` raises.
    """
    request = _begin(world, asked)
    if request.reply is not None:
        return request.reply, True
    try:
        reply = work(cast(World, _Repeatable(world, request)))  # it has every port, those of `world`
    except Exception:
        _end(world, request, None)
        raise
    _end(world, request, reply if reply.lasting else None)
    return reply, False


def _begin(world: World, asked: Asked) -> KeyedRequest:
    tried: KeyedRequest | None = None
    while True:
        known = world.requests.get(asked.tenant, asked.name)
        if known is not None and known == tried:
            return known  # it was kept, and the answer got lost
        tried = begin(known, asked, now=world.clock.now_ms(), chance=world.chance.bytes(16))
        if tried is known or world.requests.keep(tried):
            return tried


def _end(world: World, request: KeyedRequest, reply: Reply | None) -> None:
    """Keep how the attempt ended. Where that fails, it counts as cut off: what was done stays done."""
    try:
        world.requests.keep(request.ended(reply))
    except Unavailable:
        return


class _Repeatable:
    """A world whose clock stands at a request's first attempt, and whose chance follows from its seed."""

    def __init__(self, world: World, request: KeyedRequest) -> None:
        self._world = world
        self._seed = bytes.fromhex(request.seed)
        self._instant = request.first_at
        self._drawn = 0
        self.clock = self
        self.chance = self

    def now_ms(self) -> int:
        """The instant of the first attempt."""
        return self._instant

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._world.clock.sleep(seconds)

    def bytes(self, count: int) -> bytes:
        """The next bytes that follow from the seed; others each time, and the same in each attempt."""
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8, "big")).digest(count)

    def uniform(self, low: float, high: float) -> float:
        """Jitter, which need not be the same again."""
        return self._world.chance.uniform(low, high)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)
