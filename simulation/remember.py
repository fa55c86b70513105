"""A memory for pure functions: schedules repeat the same small tables over and over.

The core is pure, so what it answered once it answers always. Arguments are compared by content (tables by their Arrow
stream), never by name, and the order and number of calls to the outside stays as it is. Without this memory a
schedule takes about three times as long and comes out the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from gramledger.app import calculate, parse_csv, plan_csv
from gramledger.core import bodies, page, rollup
from simulation.stage import substituted

MOST_ANSWERS = 6_000

Function = Callable[..., Any]


class Memory:
    """Answers by function and content of its arguments."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Any, ...], Any] = {}
        self._contents: dict[int, tuple[Any, bytes]] = {}
        self.asked = self.known = 0

    def of(self, function: Function) -> Function:
        """The function, with a memory."""

        @wraps(function)
        def ask(*arguments: Any, **options: Any) -> Any:
            return self.answer(
                (function, *map(self.content, arguments), self.content(options)),
                function,
                *arguments,
                **options,
            )

        return ask

    def answer(self, key: tuple[Any, ...], function: Function, *arguments: Any, **options: Any) -> Any:
        """The answer that is known under the key, or else the function's."""
        self.asked += 1
        if key in self._answers:
            self.known += 1
            return self._answers[key]
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
            self._contents.clear()
        found = self._answers[key] = function(*arguments, **options)
        if isinstance(found, pa.Table):
            self.content(found)
        return found

    def content(self, given: Any) -> Any:  # noqa: PLR0911 -- one for each kind of value
        """Something that is equal where the given values are equal."""
        if isinstance(given, pa.Table):
            known = self._contents.get(id(given))
            if known is None:  # the table is kept, so that its id is not used again
                known = self._contents[id(given)] = (given, _digest(given))
            return known[1]
        if isinstance(given, (str, int, float, bytes, type(None))):
            return given
        if isinstance(given, memoryview):
            return bytes(given)
        if isinstance(given, (list, tuple)):
            return tuple(self.content(each) for each in given)
        if isinstance(given, dict):
            return tuple((name, self.content(each)) for name, each in given.items())
        if hasattr(given, "to_json"):
            return type(given), json.dumps(given.to_json())
        self._contents[id(given)] = (given, b"")
        return id(given)


def _digest(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return blake2b(sink.getvalue(), digest_size=16).digest()


@contextmanager
def remembering() -> Iterator[Memory]:
    """A time in which pure functions are asked once for each content."""
    memory = Memory()
    read_chunk: Function = vars(parse_csv)["read_chunk"]

    def read_known_chunk(
        fetch: Callable[[int, int], bytes], reading: Any, size: int, *place: Any, **options: Any
    ) -> Any:
        text = fetch(0, size)
        key = ("read_chunk", text, memory.content(reading), place, memory.content(options))
        return memory.answer(key, read_chunk, partial(_part_of, text), reading, size, *place, **options)

    pure = [
        (bodies, ("canonical", "encode", "decode", "concat")),
        (page, ("merge", "verdicts", "without")),
        (rollup, ("fold", "count_sources")),
        (calculate, ("calculate_impacts", "claims_of")),
        (parse_csv, ("write_part",)),
        (plan_csv, ("recognise", "conversion_for", "make_preview")),
    ]
    replaced = [
        (owner, name, memory.of(getattr(owner, name)))
        for owner, names in pure
        for name in names
        if hasattr(owner, name)
    ]
    with substituted([*replaced, (parse_csv, "read_chunk", read_known_chunk)]):
        yield memory


def _part_of(text: bytes, start: int, stop: int) -> bytes:
    return text[start:stop]
