"""Re-exports of one project: usage that varies as real usage does, and columns that got into one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gramledger.core.recognise import recognise
from gramledger.core.shape import Shape, shape_of

HEADER = (
    "Date",
    "Kind",
    "Model",
    "Max Mode",
    "Input (w/ Cache Write)",
    "Input (w/o Cache Write)",
    "Cache Read",
    "Output Tokens",
    "Total Tokens",
    "Cost",
)
MODELS = (
    "auto",
    "gpt-5",
    "claude-4.5-sonnet",
    "composer-1",
    "o3",
    "gemini-2.5-pro",
    "grok-code-fast-1",
    "gpt-5-codex",
)
KINDS = ("Included", "On-Demand", "Errored, Not Charged", "Free", "User API Key")
TOKENS = ("Input (w/ Cache Write)", "Input (w/o Cache Write)", "Cache Read", "Output Tokens")

Cells = dict[str, list[str]]


@dataclass(frozen=True)
class Habits:
    """How somebody works: the median of each token column, how far single events are from it, and which models."""

    medians: tuple[float, ...]
    widths: tuple[float, ...]
    zeros: tuple[float, ...]
    models: tuple[str, ...]
    kinds: tuple[str, ...]
    blank: float
    costs_in_words: float

    @classmethod
    def of(cls, chance: np.random.Generator) -> Habits:
        """Any habits that occur in real exports: output of hundreds to thousands, cache reads up to millions."""
        middle = np.array([1.2e4, 300.0, 3e5, 1.5e3])
        return cls(
            medians=tuple(middle * 10 ** chance.normal(0, 0.4, 4)),
            widths=tuple(chance.uniform(0.3, 0.8, 4)),
            zeros=(
                *chance.choice([0.0, 0.05, 0.4, 0.8, 1.0], 3, p=[0.3, 0.2, 0.2, 0.2, 0.1]),
                chance.choice([0.0, 0.02]),
            ),
            models=tuple(chance.choice(MODELS, chance.integers(1, 5), replace=False)),
            kinds=tuple(chance.choice(KINDS, chance.integers(1, 4), replace=False)),
            blank=float(chance.choice([0.0, 0.0, 0.02, 0.3])),
            costs_in_words=float(chance.choice([0.0, 0.3, 1.0])),
        )

    def later(self, chance: np.random.Generator) -> Habits:
        """The same person some weeks on: other amounts, now and then other models, another plan or way of working."""
        medians = np.array(self.medians) * 10 ** chance.normal(0, 0.2, 4)
        if chance.random() < 0.1:  # an agent instead of a chat: much more of everything
            medians *= 10 ** chance.uniform(-1.2, 1.2)
        anew = Habits.of(chance)
        return Habits(
            medians=tuple(medians),
            widths=self.widths,
            zeros=anew.zeros if chance.random() < 0.15 else self.zeros,
            models=anew.models if chance.random() < 0.3 else self.models,
            kinds=anew.kinds if chance.random() < 0.15 else self.kinds,
            blank=anew.blank if chance.random() < 0.1 else self.blank,
            costs_in_words=anew.costs_in_words if chance.random() < 0.15 else self.costs_in_words,
        )

    def export(self, chance: np.random.Generator, rows: int) -> Cells:
        """The cells of one export by column."""
        amounts = [
            _amounts(chance, median, width, zero, rows)
            for median, width, zero in zip(self.medians, self.widths, self.zeros, strict=True)
        ]
        blank = chance.random(rows) < self.blank
        tokens = {name: _texts(numbers, blank) for name, numbers in zip(TOKENS, amounts, strict=True)}
        costs = [f"{amount:.2f}" for amount in sum(amounts) * 4e-7]
        words = chance.random(rows) < self.costs_in_words
        seconds = np.sort(chance.integers(0, 2_500_000, rows))[::-1]
        times = (np.datetime64("2025-09-01T00:00:00.000") + seconds.astype("timedelta64[s]")).astype(str)
        return {
            "Date": [f"{time}Z" for time in times],
            "Kind": list(chance.choice(self.kinds, rows)),
            "Model": list(chance.choice(self.models, rows)),
            "Max Mode": list(chance.choice(["No", "No", "No", "Yes"], rows)),
            **tokens,
            "Total Tokens": _texts(sum(amounts), blank),
            "Cost": ["Included" if said else cost for said, cost in zip(words, costs, strict=True)],
        }


HABITS = Habits(
    medians=(12_000.0, 40.0, 500_000.0, 1_500.0),
    widths=(0.4, 0.4, 0.4, 0.4),
    zeros=(0.0, 0.0, 0.0, 0.0),
    models=("auto", "gpt-5"),
    kinds=("Included", "On-Demand"),
    blank=0.0,
    costs_in_words=0.0,
)
"""Somebody whose columns are far apart, and always filled."""


def _amounts(
    chance: np.random.Generator, median: float, width: float, zero: float, rows: int
) -> NDArray[np.int64]:
    amounts = (median * 10 ** chance.normal(0, width, rows)).astype(np.int64)
    return np.where(chance.random(rows) < zero, 0, amounts)


def _texts(numbers: NDArray[np.int64], blank: NDArray[np.bool_]) -> list[str]:
    return ["" if none else str(number) for number, none in zip(numbers.tolist(), blank, strict=True)]


def file_of(cells: Mapping[str, Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """A file of the cells, which may be those of other columns than the header says."""
    columns = [cells[name] for name in cells]
    lines = [",".join(f'"{name}"' for name in header)]
    lines += [",".join(f'"{cell}"' for cell in row) for row in zip(*columns, strict=True)]
    return "\n".join([*lines, ""]).encode()


def seen(content: bytes, number: int = 0) -> Shape:
    """The shape of a file as the planning of an import sees it."""
    head = content[: 64 * 1024]
    return shape_of(head, recognise(head, len(content)), len(content), f"IMPORT{number}")


def exchanged(cells: Cells, one: str, other: str) -> Cells:
    """The same export with the cells of two columns exchanged."""
    return {**cells, one: cells[other], other: cells[one]}


def shifted(cells: Cells, names: Sequence[str], by: int) -> Cells:
    """The same export with the cells of neighbouring columns moved on by one (round the end)."""
    return {**cells, **{name: cells[names[(i - by) % len(names)]] for i, name in enumerate(names)}}
