"""The form in which dates are written, told from samples where they allow no other one.

What may be read in two ways is asked for, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.dates import FORMS, NUMBER, NUMBERS, PATTERNS, read_times
from gramledger.core.problems import DatesAmbiguous, DatesUnreadable, InvalidRequest

_LIKELY = {
    "epoch-s": (631_152_000, 4_102_444_800),
    "epoch-ms": (631_152_000_000, 4_102_444_800_000),
    "excel": (32_874, 73_050),
}
"""From which numbers (1990 to 2099) a form is told."""

_YEAR_FIRST = re.compile(r"\d\d-\d\d-\d\d(?!\d)")
_DIRECTIVE = re.compile(r"%(.)")
_DIRECTIVES = frozenset("aAbBdHIjmMpSfyYzZ%")


def detect_form(samples: Iterable[str]) -> str:
    """The one form in which texts (blank ones aside) are dates; those that no form reads, at most half, do not count.

    Raises DatesAmbiguous when several forms read them, and DatesUnreadable when none reads them all.
    """
    texts = tuple(sorted({text.strip() for text in samples} - {""}))
    reads = _forms_that_read(texts)
    dates = np.logical_or.reduce(list(reads.values()))
    if not dates.any() or 2 * np.count_nonzero(dates) < len(texts):
        raise _unreadable([text for text, is_date in zip(texts, dates, strict=True) if not is_date])
    fits = [form for form, read in reads.items() if read[dates].all()]
    if not fits:
        raise _unreadable([text for text, is_date in zip(texts, dates, strict=True) if is_date])
    if fits[0] == "iso":
        return "iso"
    if fits == ["d/m/Y"] and any(_YEAR_FIRST.match(text) for text in texts):
        fits.append("%y-%m-%d")
    if len(fits) > 1:
        shown = [text for text, is_date in zip(texts, dates, strict=True) if is_date][:3]
        raise DatesAmbiguous(
            f"The dates {', '.join(map(repr, shown))} may be meant as {' or as '.join(fits)}; the first rows do not "
            "tell which. Name the form in a mapping ('dates').",
            samples=shown,
            forms=fits,
        )
    return fits[0]


@lru_cache(maxsize=8)  # a proposal asks about a column, and later about its form
def _forms_that_read(texts: tuple[str, ...]) -> dict[str, NDArray[np.bool_]]:
    """For each form which of the texts it reads."""
    column = pa.array(texts, pa.string())
    return {form: _readable(column, form) for form in FORMS}


def _readable(texts: pa.StringArray, form: str) -> NDArray[np.bool_]:
    """Which texts are dates of a form; of a number, only those that mean days of our time."""
    if form not in NUMBERS:
        if not pc.any(pc.match_substring_regex(texts, PATTERNS[form])).as_py():
            return np.zeros(len(texts), bool)
        _, codes = read_times(texts, form, "UTC")
        read = np.ones(len(texts), bool)
        read[list(codes)] = False
        return read
    numbers = pc.if_else(pc.match_substring_regex(texts, NUMBER), texts, None).cast(pa.float64())
    low, high = _LIKELY[form]
    likely = pc.and_(pc.greater_equal(numbers, low), pc.less_equal(numbers, high))
    return pc.fill_null(likely, False).to_numpy(zero_copy_only=False)


def _unreadable(texts: list[str]) -> DatesUnreadable:
    if not texts:
        return DatesUnreadable("There is no date among the first rows to tell its form from. Name the form.")
    return DatesUnreadable(
        f"{', '.join(repr(text[:80]) for text in texts[:3])}: no dates in one form that is known. Name the form in "
        f"a mapping ('dates'): {', '.join(FORMS)}, or a pattern such as '%d.%m.%Y %H:%M'.",
        samples=texts[:3],
    )


def check_form(form: object) -> str:
    """The form as given. Raises InvalidRequest when there is none of that name and it is no fit pattern."""
    if isinstance(form, str) and (form in FORMS or _is_pattern(form)):
        return form
    raise InvalidRequest(
        f"{form!r} is no form of dates. Choose one of {', '.join(FORMS)}, or a pattern such as '%d.%m.%Y %H:%M'."
    )


def _is_pattern(form: str) -> bool:
    named = set(_DIRECTIVE.findall(form))
    return {"d", "m", "y"} <= {_SAME.get(name, name) for name in named} <= _DIRECTIVES | {"y"}


_SAME = {"Y": "y", "b": "m", "B": "m"}
