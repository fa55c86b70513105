"""One import of three chunks, again and again: a fault at each of its calls in turn, so that none is left untried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulation.faults import Fate
from simulation.files import three_chunks
from simulation.run import Outcome, run_plot
from simulation.schedule import Given, Plot
from simulation.tape import Tape

EVERY_FATE: Sequence[Fate] = ("crash before", "crash after", "lost", "unheard", "echoed", "storm", "given up")


THREE_CHUNKS = Plot((Given("acme", three_chunks()),))

FAILING = replace(THREE_CHUNKS, doom=(0, "Finalize", 4, "crash before"))
"""The same import, whose last task always dies, so that it is undone."""

TAKEN_BACK = Plot((Given("acme", three_chunks(), words=(("undo", 0),)),))
"""The same import, undone by somebody after its end."""


def undisturbed(plot: Plot = THREE_CHUNKS) -> Outcome:
    """The schedule without further faults."""
    return run_plot(plot, Tape(), traced=True)


def at_every_call(fate: Fate, plot: Plot = THREE_CHUNKS) -> Iterator[tuple[int, str, Outcome]]:
    """(number, name, outcome) for every call of the schedule, when that call alone meets the fate."""
    for number, name in enumerate(undisturbed(plot).names):
        yield number, name, run_plot(replace(plot, fixed={number: fate}), Tape(), serial=False)
