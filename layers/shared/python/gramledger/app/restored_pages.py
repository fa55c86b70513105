"""Pages whose body was pruned: made again from the log, and proved by the hash that their head names.

Retention drops the bodies of days that a sealed report vouches for (docs/decisions/0024). Their heads stay, and so do
the parts of their imports in the log, out of which the very same bytes come again whenever somebody has to write there.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.computing import decoded
from gramledger.app.logged_figures import logged_figures
from gramledger.app.lookup import read_json
from gramledger.app.portions import claims_in, pages_of
from gramledger.core import bodies, heads, page
from gramledger.core.heads import Head
from gramledger.ports import World


def whole_page(world: World, tenant: str, project_id: str, head: Head) -> pa.Table:
    """The page of a head, out of the log where its body was pruned.

    Raises KeyError where neither the body is kept nor the log gives the page that the head names.
    """
    try:
        return decoded(head, world.ledger.body(tenant, project_id, head))
    except KeyError:
        table = logged_page(world, tenant, project_id, head)
        if not _is_of(head, table):
            raise
        return table


def gives_page(world: World, tenant: str, project_id: str, head: Head) -> bool:
    """Whether the log gives the very page that a head names."""
    try:
        return _is_of(head, logged_page(world, tenant, project_id, head))
    except KeyError:
        return False


def _is_of(head: Head, table: pa.Table) -> bool:
    return hashlib.sha256(bodies.encode(table)).hexdigest() == head.body if table.num_rows else not head.body


def logged_page(world: World, tenant: str, project_id: str, head: Head) -> pa.Table:
    """What the log says of the sources that a head names on its day, and of recalculations of these. Raises KeyError
    where a part of it is lost."""
    day = heads.day_number(head.day)
    tables = []
    for source, counts in head.sources.items():
        if not counts.claims:
            continue
        reading = keys.reading_in_force(world.store, tenant, source)
        for index in range(read_json(world.store, keys.days(tenant, reading))["portions"]):
            portion = read_json(world.store, keys.portion(tenant, reading, index))
            if portion["first"] <= day <= portion["last"]:
                part = {**portion, "first": day, "last": day}
                tables.append(pages_of(world, tenant, part, claims_in(world, tenant, source, part))[head.day])
    table = page.merge(*tables)
    if not head.recalculations:
        return table
    return logged_figures(world, tenant, project_id, [head.day]).of_page(head.day, head, table)
