"""What meter readings are worth against each other: one that was read off the meter goes before a guessed one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import ACTUAL, ESTIMATED

Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]


class Worth:
    """Which claims of a page are readings that somebody has guessed, and which are known to be read off the meter."""

    def __init__(self, guessed: Mask, read: Mask) -> None:
        self.guessed, self.read = guessed, read

    def better(self, some: Indices, others: Indices) -> Mask:
        """Whether the first of a pair was read where the second was guessed."""
        return self.read[some] & self.guessed[others]

    def heard(self, first: Mask) -> Mask:
        """The claims that have a say, where `first` are the first ones of each key and source: a guess leaves it to the
        first reading of its source that was read."""
        chosen = first.copy()
        run = np.cumsum(first) - 1
        begins = np.flatnonzero(first)
        read = np.flatnonzero(self.read)
        runs, at = np.unique(run[read], return_index=True)
        instead = self.guessed[begins[runs]]
        chosen[begins[runs[instead]]] = False
        chosen[read[at[instead]]] = True
        return chosen


def worth_of(table: pa.Table) -> Worth | None:
    """The worth of a page's readings; None where nothing is guessed, and so nothing is better than something else."""
    kinds = bodies.one_chunk(table["kind"])
    names = kinds.dictionary.to_pylist()
    if ESTIMATED not in names:
        return None
    metered = bodies.one_chunk(table["energy"]).is_valid().to_numpy(zero_copy_only=False)
    codes = kinds.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    guessed = metered & (codes == names.index(ESTIMATED))
    read = metered & (codes == names.index(ACTUAL)) if ACTUAL in names else np.zeros(len(codes), bool)
    return Worth(guessed, read) if guessed.any() else None
