"""Claims for the carbon tests, and the shipped preset with its factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from gramledger.core import factors as factors_module
from gramledger.core import impact, presets
from gramledger.core.claims import CLAIM

PRESET = presets.load("default")
FACTORS = factors_module.load(PRESET.factors_id)
CALCULATED_AT = 1_765_000_000_000

USED = ("model", "input", "cache_write", "cache_read", "output", "requests", "warnings")
"""The columns of claims from which impacts are calculated."""


def claims(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Claims of the given members; tokens are 0, requests 1 and warnings null where a row does not say."""
    blank: dict[str, object] = dict.fromkeys(("input", "cache_write", "cache_read", "output"), 0)
    blank |= {"model": None, "requests": 1, "warnings": None}
    schema = pa.schema([CLAIM.field(name) for name in USED])
    return pa.Table.from_pylist([{**blank, **row} for row in rows], schema=schema)


def impacts(rows: Sequence[Mapping[str, object]], **settings: object) -> list[dict[str, object]]:
    """The impacts of such claims under the shipped preset with other settings."""
    preset = replace(PRESET, **settings)  # type: ignore[arg-type]
    return impact.calculate(claims(rows), preset, FACTORS, calculated_at=CALCULATED_AT).to_pylist()


def impact_of(model: str | None, output: int | None = 1000, **row: object) -> dict[str, object]:
    """The impact of one claim under the shipped preset."""
    return impacts([{"model": model, "output": output, **row}])[0]
