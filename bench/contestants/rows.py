"""csv.DictReader and pydantic: a validated model for each row, as most importers are written."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from bench.contestants import NOT_CHARGED, TOKENS_MAXIMUM, WORDS, Found

Count = Annotated[
    Annotated[int, Field(ge=0, le=TOKENS_MAXIMUM)] | None, BeforeValidator(lambda text: text or None)
]
Cost = Annotated[
    Annotated[Decimal, Field(ge=0)] | None,
    BeforeValidator(lambda text: None if text in WORDS else text or None),
]

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


class Event(BaseModel):
    """One row of the file."""

    date: AwareDatetime = Field(alias="Date")
    kind: str = Field(alias="Kind")
    model: str = Field(alias="Model")
    cache_write: Count = Field(alias="Input (w/ Cache Write)")
    given: Count = Field(alias="Input (w/o Cache Write)")
    cache_read: Count = Field(alias="Cache Read")
    output: Count = Field(alias="Output Tokens")
    total: Count = Field(alias="Total Tokens")
    cost: Cost = Field(alias="Cost")


def run(path: Path) -> Found:
    """One row at a time."""
    seen: Counter[datetime] = Counter()
    sums: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0] * 7)
    wrong = 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            event = Event.model_validate(row)
            seen[event.date] += 1
            tokens = [event.cache_write or 0, event.given or 0, event.cache_read or 0, event.output or 0]
            wrong += event.total is not None and event.total != sum(tokens)
            mills = int((event.cost or 0) * 1000)
            group = sums[(event.date - _EPOCH).days, event.model]
            for index, number in enumerate((1, *tokens, mills, 0 if event.kind in NOT_CHARGED else mills)):
                group[index] += number
    groups = [(day, model, *numbers) for (day, model), numbers in sums.items()]
    return Found(duplicates=sum(seen.values()) - len(seen), wrong_totals=wrong, groups=groups)
