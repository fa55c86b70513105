"""One import of three chunks, again and again: a fault at each of its calls in turn, so that none is left untried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulation.faults import Fate
from simulation.files import three_chunks
from simulation.run import Outcome, run_plot
from simulation.schedule import Given, Plot
from simulation.tape import Tape

EVERY_FATE: Sequence[Fate] = ("crash before", "crash after", "lost", "unheard", "echoed", "storm", "given up")


def undisturbed(given: Given | None = None) -> Outcome:
    """The import when nothing goes wrong."""
    return run_plot(_plot({}, given), Tape(), traced=True)


def at_every_call(fate: Fate, given: Given | None = None) -> Iterator[tuple[int, str, Outcome]]:
    """(number, name, outcome) for every call of the import, when that call alone meets the fate."""
    names = undisturbed(given).names
    for number, name in enumerate(names):
        yield number, name, run_plot(_plot({number: fate}, given), Tape(), serial=False)


def _plot(fixed: dict[int, Fate], given: Given | None) -> Plot:
    return Plot((given or Given("acme", three_chunks()),), fixed=fixed)
