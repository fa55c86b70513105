"""Half-hourly carbon intensities of a tenant: importing files into a series, listing its versions, looking one up."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app import keys
from gramledger.app.log import log_series
from gramledger.app.lookup import Caller
from gramledger.core import half_hours
from gramledger.core.half_hours import INTENSITY, Series
from gramledger.core.intensity_files import read_intensities
from gramledger.core.iso import iso
from gramledger.core.limits import INTENSITIES_BYTES
from gramledger.core.presets import Preset
from gramledger.core.problems import Busy, FileTooLarge, InvalidRequest
from gramledger.core.saved_series import SERIES, SavedSeries, parse_label
from gramledger.ports import World

ATTEMPTS = 10
"""How often a version's number may be taken by somebody else before the request is given up."""


def content_of(form: object, size: int) -> bytes:
    """The file in the body of a request of `size` characters: NESO's answer as it is, or a CSV as the member `csv`.

    Raises FileTooLarge and InvalidRequest.
    """
    if size > INTENSITIES_BYTES:
        raise FileTooLarge(
            f"The intensities have {size:,} characters; a request may have {INTENSITIES_BYTES:,}. Send them by years.",
            limit=INTENSITIES_BYTES,
        )
    if not isinstance(form, dict) or not ("data" in form or set(form) == {"csv"}):
        raise InvalidRequest("The body must be what NESO's API answers, with 'data', or have a 'csv' text.")
    if "data" in form:
        return json.dumps(form).encode()
    if not isinstance(form["csv"], str):
        raise InvalidRequest("The member 'csv' must be a text.")
    return form["csv"].encode()


def import_intensities(world: World, caller: Caller, content: bytes) -> tuple[SavedSeries, bool]:
    """The series with what a file says (`core.intensity_files`), and whether that is a new version of it: a file that
    says nothing new makes none. Entries that are there keep their figures. Raises NotAllowed, InvalidRequest and Busy.
    """
    caller.need_admin()
    stated = read_intensities(content)
    for _ in range(ATTEMPTS):
        newest = world.intensities.newest(caller.tenant, SERIES)
        known = _table(world, caller.tenant, newest) if newest else INTENSITY.empty_table()
        table = half_hours.merged(known, stated)
        blob = half_hours.encode(table)
        digest = sha256(blob).hexdigest()
        if newest and newest.sha256 == digest:
            log_series(world, caller.tenant, newest)  # whoever added it may have been cut off
            return newest, False
        world.store.write(keys.intensities(caller.tenant, digest), blob)
        saved = SavedSeries(
            series=SERIES,
            version=newest.version + 1 if newest else 1,
            sha256=digest,
            half_hours=table.num_rows,
            forecasts=int(pc.sum(pc.is_null(table["actual"])).as_py()),
            first=table["start"][0].as_py(),
            last=table["start"][-1].as_py(),
            created_at=world.clock.now_ms(),
            created_by=caller.user,
        )
        if world.intensities.add(caller.tenant, saved):
            log_series(world, caller.tenant, saved)
            return saved, True
    raise Busy("The series kept changing while the file was being added. Send the request again.")


def list_series(world: World, caller: Caller) -> list[dict[str, Any]]:
    """The versions of the tenant's series, as clients see them, by name and number."""
    return [show_series(saved) for saved in world.intensities.list(caller.tenant)]


def series_for(world: World, tenant: str, preset: Preset) -> str | None:
    """The label of the version to calculate with from now on; None where the preset uses none, or there is none yet."""
    if preset.meter.method != "neso_halfhourly":
        return None
    newest = world.intensities.newest(tenant, SERIES)
    return newest.label if newest else None


def load_series(world: World, tenant: str, label: str | None) -> Series | None:
    """The version of a label that a calculation has named. Raises KeyError when it is lost."""
    if label is None:
        return None
    saved = world.intensities.get(tenant, *parse_label(label))
    if saved is None:
        raise KeyError(f"there is no version {label} of the intensities")
    return Series(label, _table(world, tenant, saved))


def show_series(saved: SavedSeries) -> dict[str, Any]:
    """A version of a series as clients see it."""
    return {
        "series": saved.series,
        "version": saved.version,
        "label": saved.label,
        "half_hours": saved.half_hours,
        "forecasts": saved.forecasts,
        "first": iso(saved.first),
        "last": iso(saved.last),
        "sha256": saved.sha256,
        "created_at": iso(saved.created_at),
        "created_by": saved.created_by,
    }


def _table(world: World, tenant: str, saved: SavedSeries) -> pa.Table:
    return half_hours.decode(world.store.read(keys.intensities(tenant, saved.sha256)))
