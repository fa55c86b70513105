"""A memory for pure functions: schedules repeat the same small tables over and over.

The core is pure, so what it answered once it answers always. Arguments are compared by content, never by name; a
record that the memory itself has given out has a number in place of its content, for it was made but once. The order
and number of calls to the outside stays as it is. Without this memory a schedule takes several times as long and comes
out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial, wraps
from hashlib import blake2b
from itertools import count
from types import ModuleType
from typing import Any

import pyarrow as pa

from gramledger.app import bases, parse_csv, plan_csv, portions, texts
from gramledger.core import bodies, page, rollup, shape
from simulation.stage import substituted

MOST_ANSWERS = 20_000

Function = Callable[..., Any]

PURE: tuple[tuple[ModuleType | type, tuple[str, ...]], ...] = (
    (bodies, ("encode", "decode", "concat")),
    (page, ("merge", "verdicts", "without")),
    (rollup, ("fold", "count_sources")),
    (portions, ("_by_day", "claims_of", "flag_repeats")),
    (bases, ("value",)),
    (parse_csv, ("write_part",)),
    (plan_csv, ("make_preview", "shape_of")),
    (shape.Shape, ("to_json",)),
    (texts, ("conversion_for", "recognise")),
)
"""The functions that are remembered, under the names by which they are called."""


class Memory:
    """Answers by function and content of its arguments."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._contents: dict[int, tuple[Any, Hashable]] = {}
        """By id: the object, which is kept so that its id is not used again, and its content."""
        self._numbers = count(1)
        self.asked = self.known = 0

    def of(self, function: Function) -> Function:
        """The function, with a memory."""

        @wraps(function)
        def ask(*arguments: Any, **options: Any) -> Any:
            key = (function, *map(self.content, arguments), self.content(options))
            return self.answer(key, function, *arguments, **options)

        return ask

    def answer(self, key: Hashable, function: Function, *arguments: Any, **options: Any) -> Any:
        """The answer that is known under the key, or else the function's."""
        self.asked += 1
        found = self._answers.get(key, self)
        if found is not self:
            self.known += 1
            return found
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
            self._contents.clear()
        found = self._answers[key] = function(*arguments, **options)
        for each in found.values() if isinstance(found, dict) else (found,):
            if is_dataclass(each) and id(each) not in self._contents:
                self._kept(each, next(self._numbers))
        return found

    def content(self, given: Any) -> Hashable:  # noqa: PLR0911 -- one for each kind of value
        """Something that is equal only where the given values are equal."""
        if isinstance(given, (str, int, float, bytes, type(None))):
            return given
        known = self._contents.get(id(given))
        if known is not None:
            return known[1]
        if isinstance(given, pa.Table):
            return self._kept(given, _digest(given))
        if isinstance(given, memoryview):
            return bytes(given)
        if isinstance(given, (list, tuple)):
            return tuple(map(self.content, given))
        if isinstance(given, dict):
            return tuple((name, self.content(each)) for name, each in given.items())
        try:
            hash(given)
        except TypeError:
            if not is_dataclass(given):
                return self._kept(given, id(given))
            return type(given), *(self.content(getattr(given, field.name)) for field in fields(given))
        return given

    def _kept(self, given: Any, content: Hashable) -> Hashable:
        self._contents[id(given)] = (given, content)
        return content


def _digest(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return blake2b(sink.getvalue(), digest_size=16).digest()


@contextmanager
def remembering(*, chunks: bool = True) -> Iterator[Memory]:
    """A time in which pure functions are asked once for each content.

    Of remembered `chunks` the file is read once, whatever the parser asks for; else call by call as it wants.
    """
    memory = Memory()
    read_chunk: Function = vars(parse_csv)["read_chunk"]

    def read_known_chunk(
        fetch: Callable[[int, int], bytes], reading: Any, size: int, *place: Any, **options: Any
    ) -> Any:
        text = fetch(0, size)
        key = ("read_chunk", text, memory.content(reading), place, memory.content(options))
        return memory.answer(key, read_chunk, partial(_part_of, text), reading, size, *place, **options)

    replaced: list[tuple[ModuleType | type, str, Function]] = [
        (owner, name, memory.of(vars(owner)[name]))
        for owner, names in PURE
        for name in names
        if name in vars(owner)  # a test says when one is not
    ]
    if chunks:
        replaced.append((parse_csv, "read_chunk", read_known_chunk))
    with substituted(replaced):
        yield memory


def _part_of(text: bytes, start: int, stop: int) -> bytes:
    return text[start:stop]
