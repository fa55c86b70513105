"""What is set up around schedules: small sizes, strands in place of threads, and a memory for pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import functions.group_days.app
import functions.plan_csv.app
import gramledger.app.calculate
import gramledger.app.recalculate_days
import gramledger.app.receipts
import gramledger.app.take_back
from gramledger.app.group_days import group_days
from gramledger.app.plan_csv import plan_csv
from simulation.strands import Strand, Strands

CHUNK_BYTES = 300
DAYS_PER_TASK = 1

_stage: list[Strands] = []


class StrandPool:
    """A thread pool whose threads are strands of the schedule that is on (as far as the use cases use one). Before and
    after a schedule, and outside of its strands, one work follows the other."""

    def __init__(self, _writers: int) -> None:
        self._strands = _stage[-1] if _stage else None

    def __enter__(self) -> StrandPool:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to wait for: `map` has waited."""

    def map(self, work: Callable[[Any], Any], inputs: Iterable[Any]) -> list[Any]:
        """The results in the order of the inputs. Raises the first error, when all have ended."""
        results: dict[int, Any] = {}
        errors: dict[int, Exception] = {}

        def run(index: int, given: Any) -> None:
            try:
                results[index] = work(given)
            except Exception as error:
                errors[index] = error

        schedule, todo = self._strands, list(inputs)
        me = schedule.current if schedule else None
        if schedule is None or me is None or len(todo) == 1:
            return [work(given) for given in todo]
        strands: list[Strand] = [
            schedule.spawn(f"{me.name}/{index}", partial(run, index, given), me.process)
            for index, given in enumerate(todo)
        ]
        schedule.wait(lambda: all(strand.ended for strand in strands))
        if errors:
            raise errors[min(errors)]
        return [results[index] for index in range(len(todo))]


@contextmanager
def on(strands: Strands) -> Iterator[None]:
    """The schedule whose strands the pools belong to."""
    _stage.append(strands)
    try:
        yield
    finally:
        _stage.pop()


@contextmanager
def stage() -> Iterator[None]:
    """Everything that schedules need, taken down again at the end."""
    replaced: list[tuple[object, str, object]] = [
        (functions.plan_csv.app, "plan_csv", partial(plan_csv, chunk_bytes=CHUNK_BYTES)),
        (functions.group_days.app, "group_days", partial(group_days, days_per_task=DAYS_PER_TASK)),
        (gramledger.app.calculate, "ThreadPoolExecutor", StrandPool),
        (gramledger.app.recalculate_days, "ThreadPoolExecutor", StrandPool),
        (gramledger.app.receipts, "ThreadPoolExecutor", StrandPool),
        (gramledger.app.take_back, "ThreadPoolExecutor", StrandPool),
    ]
    with substituted(replaced):
        yield


@contextmanager
def substituted(replaced: Sequence[tuple[object, str, object]]) -> Iterator[None]:
    """Attributes that are others for a while: (owner, name, value)."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in replaced]
    for owner, name, value in replaced:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)
