"""The comparison of methods as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless, table

BUCKETS = ("input", "cache_write", "cache_read")


def methods(document: Mapping[str, Any]) -> str:
    """A line for each method, and how far they are apart."""
    name = harmless(document["project_name"])
    if not document["entries"]:
        return f"{name}: no usage in this range."
    rows = [
        (
            str(method["title"]),
            _weights(method["weights"]),
            figures.energy(method["energy_kwh"]),
            figures.carbon(method["gwp_kgco2e"]),
            figures.NONE if method["of_preset"] is None else f"x {figures.significant(method['of_preset'])}",
            "yes" if method["inside"] else "no",
        )
        for method in document["methods"]
    ]
    header = ("METHOD", "INPUT / WRITE / READ", "ENERGY", "CARBON", "OF PRESET", "INSIDE")
    factor = document["spread"]["factor"]
    apart = "" if factor is None else f"; the values are up to {figures.significant(factor)} times apart"
    entries = figures.counted(document["entries"], "entry", "entries")
    about = f"project {name}, {entries}, preset {document['preset']}{apart}"
    legend = (
        "Weights are shares of the energy of a token of output. INSIDE: the value lies in the preset's range."
    )
    return f"{about}\n{table(header, rows, left=2)}\n{legend}"


def _weights(weights: Mapping[str, Mapping[str, float]] | None) -> str:
    """The middle weight of each bucket."""
    if weights is None:
        return figures.NONE
    return " / ".join(f"{weights[bucket]['value']:.3g}" for bucket in BUCKETS)
