"""What work costs on AWS: requests and compute of an import, counted from what it would write, at list prices.

Everything is counted as it is billed (docs/reference/estimates.md): items of the table in units of their size, objects
and functions by the request, functions also by their time, workflows by the state. Storage is not in it.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from gramledger.core.plain import plain

FUNCTION_GB = 1769 / 1024
"""Memory of the functions that compute (template.yaml)."""
WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Work:
    """Requests and compute, in the units in which they are billed. Work adds up."""

    write_units: int = 0
    read_units: int = 0
    puts: int = 0
    gets: int = 0
    invocations: int = 0
    gb_seconds: float = 0.0
    transitions: int = 0

    def __add__(self, other: Work) -> Work:
        ours, theirs = plain(self), plain(other)
        return Work(**{name: ours[name] + theirs[name] for name in ours})

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {**plain(self), "gb_seconds": round(self.gb_seconds, 6)}


def write_units(*sizes: int) -> int:
    """Units that items of these sizes in bytes take to be written, each by itself."""
    return sum(max(1, math.ceil(size / WRITE_UNIT_BYTES)) for size in sizes)


def read_units(size: int) -> int:
    """Units that so many bytes take to be read in one consistent request."""
    return max(1, math.ceil(size / READ_UNIT_BYTES))


def function_time(seconds: float) -> float:
    """GB-seconds of a function that runs so long."""
    return seconds * FUNCTION_GB


@cache
def prices() -> dict[str, Any]:
    """`core/data/prices.toml`."""
    text = resources.files("gramledger.core").joinpath("data/prices.toml").read_text("utf-8")
    return tomllib.loads(text)


_SERVICES = {
    "dynamodb": ("write_units", "read_units"),
    "s3": ("puts", "gets"),
    "lambda": ("invocations", "gb_seconds"),
    "step_functions": ("transitions",),
}


def cost_of(work: Work) -> dict[str, Any]:
    """The price of some work by service and in total, with the date, region and source of the prices."""
    known, amounts = prices(), plain(work)
    by_service = {
        service: sum(amounts[name] * known[service][name] for name in names)
        for service, names in _SERVICES.items()
    }
    return {
        "total": _rounded(sum(by_service.values())),
        **{service: _rounded(amount) for service, amount in by_service.items()},
        "currency": known["currency"],
        "prices": {name: known[name] for name in ("as_of", "region", "source")},
    }


def _rounded(amount: float) -> float:
    """To a billionth of the currency: single requests cost some ten-millionths."""
    return round(amount, 9)
