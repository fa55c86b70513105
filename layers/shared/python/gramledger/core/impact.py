"""Impacts: energy, carbon and further impacts of every claim, as integers with a stated range."""

from __future__ import annotations

import pyarrow as pa

from gramledger.core.claims import TEXT

GROUPS = (
    "energy_output",  # micro-watt-hours
    "energy_input",
    "gwp_output",  # micrograms CO2e of electricity
    "gwp_input",
    "gwp_embodied",  # micrograms CO2e of making the hardware
    "adpe",  # nanograms Sb equivalent, in all
    "pe",  # millijoules of primary energy, in all
    "water",  # microlitres, in all
)

QUANTITIES = tuple(f"{group}_{bound}" for group in GROUPS for bound in ("low", "value", "high"))
"""The integer columns of an impact, in order; null unless the status is ok."""

IMPACT = pa.schema(
    [
        pa.field("status", TEXT, nullable=False),  # ok | needs_recalculation | not_applicable
        pa.field("resolved", TEXT),  # "provider/model" whose factors apply, or null
        pa.field("step", TEXT, nullable=False),  # how the name was resolved (core.models)
        pa.field("quality", TEXT, nullable=False),  # exact | derived | family | unknown
        pa.field("zone", TEXT),  # electricity mix, ISO 3166-1 alpha-3; null where no model applies
        pa.field("preset", TEXT, nullable=False),  # id@version
        pa.field("factors", TEXT, nullable=False),  # factors id
        pa.field("engine", TEXT, nullable=False),  # engine and its version
        pa.field("calculated_at", pa.int64(), nullable=False),  # ms UTC
        pa.field("data_quality", pa.int64()),  # 1 (best) to 4; null unless the status is ok
        pa.field("impact_warnings", TEXT),  # codes, sorted, joined by a blank; null when none
        *[pa.field(name, pa.int64()) for name in QUANTITIES],
    ]
)
"""One row for each claim, in the same order."""
