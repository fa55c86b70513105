"""Bases: what figures are calculated from now, what those of an import were calculated from, and the calculation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.computing import COMPUTING
from gramledger.app.intensities import load_series, series_for
from gramledger.app.lookup import read_json
from gramledger.app.presets import find_preset
from gramledger.core import factors, list_prices
from gramledger.core.presets import Preset, with_aliases
from gramledger.core.projects import Project
from gramledger.core.recalculation import Basis
from gramledger.core.revaluing import Origin, Values
from gramledger.core.valuing import value
from gramledger.ports import World


def basis_now(world: World, project: Project, preset: object = None) -> Basis:
    """The basis of what is calculated in a project now, or would be with another preset.

    Raises NotFound, and InvalidRequest for a label that is none.
    """
    found = find_preset(world, project.tenant, project.preset if preset is None else preset)
    intensities = series_for(world, project.tenant, found)
    return Basis(found.label, project.settings.aliases, list_prices.CURRENT, intensities)


def preset_of(world: World, tenant: str, basis: Basis) -> Preset:
    """The preset of a basis, with all that is said of names. Raises NotFound."""
    preset = with_aliases(find_preset(world, tenant, basis.preset), basis.aliases)
    if basis.factors is None or basis.factors == preset.factors_id:
        return preset
    return replace(preset, factors_id=basis.factors, factors_sha256=factors.load(basis.factors).sha256)


def values(world: World, tenant: str) -> Values:
    """The calculation of a tenant's claims by any basis, which looks up each basis once."""

    @cache
    def known(name: str) -> Callable[[pa.Table, int], pa.Table]:
        basis = named[name]
        preset = preset_of(world, tenant, basis)
        table, prices = factors.load(preset.factors_id), list_prices.load(basis.prices)
        series = load_series(world, tenant, basis.intensities)

        def by_this(claims: pa.Table, at: int) -> pa.Table:
            with COMPUTING:
                return value(claims, preset, table, prices, calculated_at=at, series=series)

        return by_this

    named: dict[str, Basis] = {}

    def valued(basis: Basis, claims: pa.Table, at: int) -> pa.Table:
        named[basis.name] = basis
        return known(basis.name)(claims, at)

    return valued


def origin_of(portion: Mapping[str, Any]) -> Origin:
    """The basis that a portion of the log states, and when it was calculated."""
    return Basis.from_json(portion), portion["calculated_at"]


def origins_of(world: World, tenant: str) -> Callable[[str, int], Origin]:
    """What says by which basis an import calculated a day (number since 1970-01-01), and when; each portion is read
    once. Raises KeyError where an object of the log is lost, or the import has nothing of the day."""

    @cache
    def reading(import_id: str) -> str:
        return keys.reading_in_force(world.store, tenant, import_id)

    @cache
    def portions(import_id: str) -> int:
        count: int = read_json(world.store, keys.days(tenant, reading(import_id)))["portions"]
        return count

    @cache
    def stated(import_id: str, index: int) -> tuple[int, int, Origin]:
        portion = read_json(world.store, keys.portion(tenant, reading(import_id), index))
        return portion["first"], portion["last"], origin_of(portion)

    def origin(import_id: str, day: int) -> Origin:
        low, high = 0, portions(import_id) - 1
        while low <= high:  # portions are in the order of their days
            middle = (low + high) // 2
            first, last, found = stated(import_id, middle)
            if first <= day <= last:
                return found
            low, high = (middle + 1, high) if day > last else (low, middle - 1)
        raise KeyError(f"the import {import_id} has no portion of day {day}")

    return origin
