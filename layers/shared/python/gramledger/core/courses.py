"""The phases of an import in their order, and the percentage at which each begins."""

from __future__ import annotations

from typing import Literal

Phase = Literal["upload", "plan", "confirm", "parse", "group", "calculate", "finalize", "done"]

Course = dict[Phase, int]
"""Phases in their order, each with the percentage at which it begins."""

AUTOMATIC: Course = {
    "upload": 0,
    "plan": 1,
    "parse": 4,
    "group": 48,
    "calculate": 50,
    "finalize": 97,
    "done": 100,
}
TO_BE_CONFIRMED: Course = {
    "upload": 0,
    "plan": 1,
    "parse": 4,
    "group": 38,
    "calculate": 40,
    "finalize": 68,
    "confirm": 70,
}
CONFIRMED: Course = {
    "confirm": 70,
    "plan": 71,
    "parse": 72,
    "group": 81,
    "calculate": 82,
    "finalize": 98,
    "done": 100,
}
