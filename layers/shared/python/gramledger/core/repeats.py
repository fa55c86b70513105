"""Repeats: rows of one file that share instant and key and state different things.

All of them are kept: the first is the entry, the others are differing duplicates of it. They carry a warning, because
in a file that was exported once this should not be; in real exports it was never seen.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import bodies, page

CODE = "same-time-differs"


def flag_repeats(claims: pa.Table) -> pa.Table:
    """The claims of one source (schema CLAIM, whole days, in the order of time) with the warning where it is due."""
    ts = bodies.one_chunk(claims["ts"]).to_numpy()
    beside = ts[1:] == ts[:-1]
    if not beside.any():
        return claims
    near = np.flatnonzero(np.r_[False, beside] | np.r_[beside, False])
    key = bodies.one_chunk(claims["key"]).indices.to_numpy(zero_copy_only=False)
    order = near[np.lexsort((near, key[near], ts[near]))]
    begins = np.r_[True, (ts[order][1:] != ts[order][:-1]) | (key[order][1:] != key[order][:-1])]
    differing = page.verdicts(bodies.concat([claims.take(pa.array(order))], claims.schema), {}).differing
    group = np.cumsum(begins) - 1
    flagged = order[np.bincount(group[differing], minlength=group[-1] + 1)[group] > 0]
    return _with_warning(claims, flagged) if len(flagged) else claims


def _with_warning(claims: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    index = claims.schema.get_field_index("warnings")
    given = bodies.one_chunk(claims["warnings"])
    texts = [*given.dictionary.to_pylist(), None]
    codes = given.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False).copy()
    codes[rows] += len(texts)
    more = [" ".join(sorted({*(text or "").split(), CODE})) for text in texts]
    values = pa.array([*texts[:-1], "", *more], pa.string())
    missing = codes == len(texts) - 1
    column = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=missing), values)
    schema = pa.schema([claims.schema.field(index)])
    return claims.set_column(index, schema[0], bodies.canonical(pa.table({"warnings": column}), schema)[0])
