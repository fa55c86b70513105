"""Figures of a page under recalculations: whatever the order of what happens, they are those of the definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gramledger.core import bodies, page
from gramledger.core.change_totals import ChangeTotals, by_model, totals
from gramledger.core.changes import CHANGE, FAILURE, MEASURES, STAGES, Present, changes_of, failures_of
from gramledger.core.claims import CLAIM
from gramledger.core.heads import day_name
from gramledger.core.impact import CALCULATION_FAILED
from gramledger.core.page import PAGE
from gramledger.core.recalculation import Basis, Ruling, Selection
from gramledger.core.revaluing import Origin, figured, revalue, selects, without
from gramledger.core.typed import coded
from tests.support.pages import DAY, MIDNIGHT, Said, table

IMPORTS = ("01A", "01B", "01C")
MODELS = ("gpt-5", "composer-1", "broken")
PRESETS = ("plain@1", "plain@2", "other@1", "strict@1")
CALCULATED = {name: 1_000 + number for number, name in enumerate(IMPORTS)}


def values(basis: Basis, claims: pa.Table, at: int) -> pa.Table:
    """A calculation of which everything can be seen: plain@1 and plain@2 differ in their label only, strict@1 fails for
    the model `broken`, and other factors cost another amount of carbon."""
    per_token = {"plain@1": 2, "plain@2": 2, "other@1": 3, "strict@1": 5}[basis.preset]
    factors = basis.factors or ("new" if basis.preset == "other@1" else "old")
    output = claims["output"].fill_null(0).to_numpy()
    model = np.array([basis.aliases.get(name, name) for name in claims["model"].to_pylist()])
    fails = (model == "broken") & (basis.preset == "strict@1")
    energy = output * per_token
    status = ["needs_recalculation" if failed else "ok" for failed in fails]
    everywhere = np.zeros(len(output), np.intp)
    columns = {
        "status": pa.array(status).dictionary_encode(),
        "resolved": pa.array(model, pa.string()).dictionary_encode(),
        "step": coded(["exact"], everywhere),
        "quality": coded(["exact"], everywhere),
        "preset": coded([basis.preset], everywhere),
        "factors": coded([factors], everywhere),
        "engine": coded(["test/1"], everywhere),
        "prices": coded([basis.prices], everywhere),
        "calculated_at": pa.array(np.full(len(output), at, np.int64)),
        "impact_warnings": coded([None, CALCULATION_FAILED], fails.astype(np.intp)),
        "energy_output_value": pa.array(energy, pa.int64(), mask=fails),
        "gwp_output_value": pa.array(energy * (7 if factors == "new" else 4), pa.int64(), mask=fails),
        "list_price": pa.array(output * len(basis.prices), pa.int64()),
    }
    whole = {
        f.name: columns.get(
            f.name, claims[f.name] if f.name in CLAIM.names else pa.nulls(len(output), f.type)
        )
        for f in PAGE
    }
    return bodies.canonical(pa.table(whole), PAGE)


ORIGINS: dict[str, Origin] = {
    "01A": (Basis("plain@1", prices="a"), CALCULATED["01A"]),
    "01B": (Basis("other@1", prices="a"), CALCULATED["01B"]),
    "01C": (Basis("plain@1", {"composer-1": "gpt-5"}, "bb"), CALCULATED["01C"]),
}

claims_of_an_import = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from(MODELS)), min_size=1, max_size=4
)
selections = st.one_of(
    st.just(Selection()),
    st.builds(lambda names: Selection(models=tuple(names)), st.sets(st.sampled_from(MODELS), min_size=1)),
    st.builds(
        lambda at: Selection(entries=tuple((MIDNIGHT + one, "cursor") for one in at)),
        st.sets(st.integers(0, 3), min_size=1),
    ),
)
bases = st.builds(
    Basis,
    st.sampled_from(PRESETS),
    st.sampled_from([{}, {"composer-1": "gpt-5"}]),
    st.sampled_from(["a", "bb"]),
)
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("import"), st.sampled_from(IMPORTS)),
        st.tuples(st.just("undo import"), st.sampled_from(IMPORTS)),
        st.tuples(st.just("recalculate"), st.tuples(bases, selections)),
        st.tuples(st.just("undo recalculation"), st.integers(0, 3)),
    ),
    max_size=10,
)


@dataclass
class Page:
    """A page, what has happened to it, and what is left of that."""

    stated: dict[str, pa.Table]
    now: pa.Table = field(default_factory=page.empty)
    present: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    rulings: list[Ruling] = field(default_factory=list)
    numbered: int = 0

    def happens(self, what: str, about: object) -> None:
        match what, about:
            case "import", str(source) if source not in self.present | self.gone:
                basis, at = ORIGINS[source]
                self.now = page.merge(self.now, values(basis, self.stated[source], at))
                self.present.add(source)
            case "undo import", str(source) if source in self.present:
                self.now = page.without(self.now, source)
                self.present.remove(source)
                self.gone.add(source)
            case "recalculate", (Basis() as basis, Selection() as selection):
                self.numbered += 1
                ruling = Ruling(
                    f"02{self.numbered:03d}",
                    2_000 + self.numbered,
                    basis,
                    selection,
                    frozenset(self.present),
                )
                self.now = revalue(self.now, ruling, values).after
                self.rulings.append(ruling)
            case "undo recalculation", int(index) if index < len(self.rulings):
                ruling = self.rulings.pop(index)
                self.now = without(self.now, ruling, ORIGINS, self.rulings, values)

    def defined(self) -> pa.Table:
        """The page of the definition: all claims that are left, by their own bases, under what is left."""
        claims = page.merge(*(self.stated[source] for source in sorted(self.present)))
        return figured(claims, ORIGINS, self.rulings, values)


def stated(events: Iterable[tuple[int, int, str]], source: str) -> pa.Table:
    rows = [
        Said(ts, source, row, output=output, model=model)
        for row, (ts, output, model) in enumerate(events, start=1)
    ]
    return table(rows)


def rest(claims: pa.Table, changed: npt.NDArray[np.bool_]) -> bytes:
    return bodies.encode(bodies.canonical(claims.filter(pa.array(~changed)), PAGE))


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[claims_of_an_import] * len(IMPORTS)), happenings)
def test_the_page_is_that_of_the_definition_whatever_happens(
    events: tuple[list[tuple[int, int, str]], ...], what: list[tuple[str, object]]
) -> None:
    now = Page({name: stated(said, name) for name, said in zip(IMPORTS, events, strict=True)})
    for kind, about in what:
        now.happens(kind, about)
        assert bodies.encode(now.now) == bodies.encode(now.defined())


@settings(max_examples=30, deadline=None)
@given(
    st.tuples(*[claims_of_an_import] * len(IMPORTS)),
    st.lists(st.tuples(bases, selections), max_size=3),
    bases,
)
def test_what_a_change_is_made_of_adds_up_and_the_rest_has_not_changed(
    events: tuple[list[tuple[int, int, str]], ...],
    earlier: list[tuple[Basis, Selection]],
    last: Basis,
) -> None:
    now = Page({name: stated(said, name) for name, said in zip(IMPORTS, events, strict=True)})
    for name in IMPORTS:
        now.happens("import", name)
    for asked in earlier:
        now.happens("recalculate", asked)
    before, rulings = now.now, list(now.rulings)
    ruling = Ruling("03", 3_000, last, Selection(), frozenset(IMPORTS))
    found = revalue(before, ruling, values)
    wins = page.verdicts(found.after, {}).wins
    told = changes_of(found, wins, ruling, Present(ORIGINS, rulings), values)
    assert told.schema == CHANGE
    assert told.num_rows == int(found.changed.sum())
    for measure in MEASURES:
        stages = sum(told[f"{measure}_{stage}"].to_numpy() for stage in STAGES)
        difference = told[f"{measure}_after"].to_numpy() - told[f"{measure}_before"].to_numpy()
        assert np.array_equal(stages, difference)
        assert not told[f"{measure}_method"].to_numpy().any(), "the engine is the same"
    assert rest(found.after, found.changed) == rest(found.before, found.changed)
    models = dict(by_model(told, FAILURE.empty_table()))
    assert sum(models.values(), start=ChangeTotals()) == totals(told, FAILURE.empty_table())
    failing = failures_of(found, wins, ruling, values)
    whole = totals(told, failing)
    assert ChangeTotals.from_json(whole.to_json()) == whole
    for name, one in by_model(told, failing):
        mine = [
            pa.array([said == name for said in each["model"].to_pylist()], pa.bool_())
            for each in (told, failing)
        ]
        assert one == totals(told.filter(mine[0]), failing.filter(mine[1]))
    assert failing.num_rows == int(found.failed.sum())
    assert set(failing["code"].to_pylist()) <= {CALCULATION_FAILED}


def test_the_parts_of_a_change_are_told_apart() -> None:
    # 10 tokens: 2 -> 3 a token by the preset, 4 -> 7 of carbon by the factors
    claims = stated([(0, 10, "gpt-5")], "01A")
    first = values(ORIGINS["01A"][0], claims, 1)
    ruling = Ruling("02", 2, Basis("other@1", prices="bb"), Selection(), frozenset(["01A"]))
    found = revalue(first, ruling, values)
    (told,) = changes_of(found, np.array([True]), ruling, Present(ORIGINS, []), values).to_pylist()
    assert [told[f"energy_{stage}"] for stage in ("before", *STAGES, "after")] == [20, 0, 10, 0, 30]
    assert [told[f"gwp_{stage}"] for stage in ("before", *STAGES, "after")] == [80, 0, 40, 90, 210]
    assert [told[f"list_price_{stage}"] for stage in ("before", *STAGES, "after")] == [10, 0, 0, 10, 20]
    assert told["entry"]


def test_a_figure_that_todays_engine_does_not_give_any_more_is_a_change_of_method() -> None:
    first = values(ORIGINS["01A"][0], stated([(0, 10, "gpt-5")], "01A"), 1)
    index = PAGE.get_field_index("energy_output_value")
    earlier = first.set_column(index, PAGE.field(index), pa.array([17], pa.int64()))
    ruling = Ruling("02", 2, Basis("other@1", prices="a"), Selection(), frozenset(["01A"]))
    found = revalue(earlier, ruling, values)
    (told,) = changes_of(found, np.array([True]), ruling, Present(ORIGINS, []), values).to_pylist()
    assert [told[f"energy_{stage}"] for stage in ("before", *STAGES, "after")] == [17, 3, 10, 0, 30]


def test_a_claim_of_which_only_the_time_of_calculation_would_differ_stays_as_it_was() -> None:
    first = values(ORIGINS["01A"][0], stated([(0, 10, "gpt-5"), (1, 1, "composer-1")], "01A"), 1)
    ruling = Ruling("02", 2, ORIGINS["01A"][0], Selection(), frozenset(["01A"]))
    found = revalue(first, ruling, values)
    assert not found.changed.any()
    assert found.after is first


def test_a_claim_whose_calculation_fails_keeps_what_it_had_and_the_others_change() -> None:
    first = values(ORIGINS["01A"][0], stated([(0, 10, "broken"), (1, 1, "gpt-5")], "01A"), 1)
    ruling = Ruling("02", 2, Basis("strict@1", prices="a"), Selection(), frozenset(["01A"]))
    found = revalue(first, ruling, values)
    assert found.failed.tolist() == [True, False]
    assert found.changed.tolist() == [False, True]
    assert found.after["energy_output_value"].to_pylist() == [20, 5]
    assert found.after["recalculation"].to_pylist() == [None, "02"]
    assert page.recalculated(found.after) == {"02": 1}


def test_a_selection_means_days_models_and_single_entries() -> None:
    claims = stated([(0, 10, "gpt-5"), (1, 1, "composer-1"), (2, 1, "gpt-5")], "01A")
    assert selects(Selection(), claims).tolist() == [True, True, True]
    assert selects(Selection(models=("composer-1",)), claims).tolist() == [False, True, False]
    assert selects(Selection(entries=((MIDNIGHT + 2, "cursor"),)), claims).tolist() == [False, False, True]
    assert selects(Selection(entries=((MIDNIGHT + 2, "meter"),)), claims).tolist() == [False, False, False]
    today = day_name(DAY)
    assert selects(Selection(first=today, last=today), claims).all()
    assert not selects(Selection(first="2999-01-01"), claims).any()
    assert not selects(Selection(last="1999-01-01"), claims).any()
