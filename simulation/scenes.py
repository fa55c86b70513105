"""Scenes: schedules that chance alone would seldom set, where somebody comes late, twice, or outlives an import.

A scene fixes who imports what, and which task is doomed; everything else is drawn from a tape. Where a task is doomed,
the number of the schedule also says at which of its calls.
"""

from __future__ import annotations

from dataclasses import replace

from simulation.files import three_chunks
from simulation.run import Outcome, run_plot
from simulation.schedule import Given, Plot
from simulation.tape import Tape

CALLS = 14
"""More calls than that no task of these small files has before it is done."""

_ONE = Given("acme", three_chunks())
_LATER = replace(_ONE, uploaded_after=20_000)
_ROUSED = Plot((), slowness=0.4, switches=0.4)

SCENES: dict[str, Plot] = {
    "two imports of one file at once": replace(_ROUSED, imports=(_ONE, _ONE)),
    "an import that was created first arrives while the next one ends": replace(
        _ROUSED, imports=(replace(_ONE, uploaded_after=2_500), _ONE)
    ),
    "an import that was created first arrives last, and fails": replace(
        _ROUSED, imports=(_LATER, _ONE), doom=(0, "Finalize", 1, "crash before")
    ),
    "an import that repeats the rows of another fails": replace(
        _ROUSED, imports=(_ONE, _LATER), doom=(1, "Finalize", 1, "crash before")
    ),
    "tasks outlive their import while another writes the same days": replace(
        _ROUSED, imports=(_ONE, _LATER), doom=(0, "Calculate", 1, "given up")
    ),
    "the last task outlives its import": replace(
        _ROUSED, imports=(_ONE,), doom=(0, "Finalize", 1, "given up")
    ),
    "an import is cancelled while another writes the same days": replace(
        _ROUSED, imports=(replace(_ONE, words=(("cancel", 1_000),)), _ONE)
    ),
    "an import is cancelled in the middle, and its days stay": replace(
        _ROUSED,
        imports=(replace(_ONE, words=(("keep days", 1_250),)),),
        doom=(0, "Calculate", 1, "given up"),
    ),
    "an import is cancelled while its last task is at work": replace(
        _ROUSED, imports=(replace(_ONE, words=(("cancel", 3_000),)),)
    ),
    "an import is undone while another writes the same days": replace(
        _ROUSED, imports=(replace(_ONE, words=(("undo", 0),)), replace(_ONE, uploaded_after=2_500))
    ),
    "an import is paused in the middle and resumed": replace(
        _ROUSED, imports=(replace(_ONE, words=(("pause", 2_500), ("resume", 8_000))), _ONE)
    ),
    "one confirms and another discards": replace(
        _ROUSED, imports=(replace(_ONE, decisions=("confirm", "discard")),)
    ),
}


def run_scene(name: str, number: int, *, traced: bool = False) -> Outcome:
    """The schedule of that number of a scene."""
    plot = SCENES[name]
    if plot.doom:
        who, state, _, fate = plot.doom
        plot = replace(plot, doom=(who, state, 1 + number % CALLS, fate))
    return run_plot(plot, Tape(number), traced=traced, serial=number == 0)
