"""The only source of chance in a schedule: a tape of small numbers, drawn from a seed or played back."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class Tape:
    """Answers every question of a schedule and remembers the answers.

    0 is always the harmless answer: go on with the same strand, no fault, the first of a list. A tape that is played
    back answers 0 when it has ended, so cutting it short or setting answers to 0 gives simpler schedules.
    """

    def __init__(self, seed: int | None = None, *, played: Sequence[int] = ()) -> None:
        self._random = None if seed is None else random.Random(seed)  # noqa: S311 -- repeatable on purpose
        self._played: Iterator[int] = iter(played)
        self.answers: list[int] = []

    def below(self, bound: int) -> int:
        """A number of [0, bound)."""
        if bound < 2:
            return 0
        return self._keep(self._random.randrange(bound) if self._random else next(self._played, 0) % bound)

    def rarely(self, chance: float) -> bool:
        """True that often."""
        if not chance:
            return False
        return bool(
            self._keep(int(self._random.random() < chance) if self._random else next(self._played, 0))
        )

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices; the first is the harmless one."""
        return choices[self.below(len(choices))]

    def _keep(self, answer: int) -> int:
        self.answers.append(answer)
        return answer
