"""The twin on a seller's books: same luck for every way, disruptions that cost, one reading of the books, bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from entrepot.books import models
from entrepot.core.errors import Cancelled, ProblemError
from entrepot.engines.demand import LEVELS
from entrepot.engines.replenish.demand_paths import HORIZONS
from entrepot.engines.replenish.rolling import Lane
from entrepot.workflows import simulate
from entrepot.workflows.simulate_books import AGES, MODES, TIERS, SellerBooks, keep, opened
from entrepot.workflows.simulate_kept import known, version_of
from entrepot.workflows.simulate_rules import read_rules
from entrepot.workflows.simulate_terms import NEVER
from entrepot.workflows.simulate_wish import read_wish

ON = date(2026, 11, 2)


def seller(company: str = "X", version: str = "1") -> SellerBooks:
    """Three items at one place: two by air or sea, one by sea alone; ten, twenty and thirty units a week."""
    pace = np.array([10.0, 20.0, 30.0])
    spread = np.asarray(LEVELS) - 0.5
    totals = np.stack([pace[:, None] * h * (1 + 1.6 * spread[None, :] / h**0.25) for h in HORIZONS], axis=1)
    history = np.random.default_rng(3).poisson(pace[:, None], (3, 70)).astype(np.float64)
    two = (Lane("air", (2,), (1.0,)), Lane("sea", (6, 8), (0.5, 0.5)))
    freight, levels = np.zeros((3, MODES)), np.zeros((3, MODES + 1))
    freight[:2, :2], freight[2, 0] = [400.0, 60.0], 60.0
    levels[:2, :2], levels[2, 0], levels[:, MODES] = [0.3, 1.0], 1.0, 3.0

    def every(value: float) -> Any:
        return np.full(3, value)

    return SellerBooks(
        np.array(["A", "B", "C"]), np.array(["a", "b", "c"]), np.array(["甲", "乙", "丙"]),
        np.array(["US"] * 3), np.array(["F1", "F1", "F2"]),
        np.array(["CN"] * 3), np.array(["A", "B", "C"]), every(3000.0), every(900.0), every(100.0), every(600.0), every(20.0),
        every(1200.0), every(1000.0), every(2.0), every(50.0), np.full(3, 10), np.full(3, 20), pace, every(3.0),
        (7 * pace).astype(np.int64), np.zeros((3, 32), np.int64), freight, levels, every(0.0),
        np.tile([26.0, 39.0, 1.5, 2.0], (3, 1)), totals, history, history, np.zeros((3, 70), dtype=bool), np.zeros(3, np.int64),
        (10 * pace).astype(np.int64), np.zeros((3, 52), np.int64), np.array([0, 0, 1]), every(60.0), np.array(["", "", ""]),
        np.zeros((3, len(AGES)), np.int64), np.zeros(3, np.int64), np.tile([1, *[NEVER] * (TIERS - 1)], (3, 1)),
        np.ones((3, TIERS)), np.ones(3, dtype=bool), np.full(3, -1), every(0.0), np.zeros((3, 7)), every(0.0),
        company, "USD", ON, version,
        (ON - timedelta(weeks=70)).isoformat(), (two, two[1:]),
        {"capital": 0.12, "order_line": 500.0, "written_off": 0.7, "excess_weeks": 26.0}, 0,
    )  # fmt: skip


def asked(**said: Any) -> dict[str, Any]:
    """The answer on the three items."""
    said = {"futures": 40, "weeks": 26, **said}
    return simulate.run_wish(seller(), read_wish(ON, **said))


def test_parts_add_up_and_items_too() -> None:
    """The compared cost is the sum of what the way of ordering decides, over families and over items alike."""
    way = asked(ways=["plan"])["ways"][0]["calm"]
    assert sum(way["decided"].values()) == pytest.approx(way["cost"], abs=6)
    full = sum(cost for name, cost in way["families"].items() if name != "lost_margin")
    assert full == pytest.approx(way["total"], abs=9)
    assert sum(way["by_item"]["cost"]) == pytest.approx(way["cost"], abs=6)
    assert sum(way["by_item"]["profit"]) == pytest.approx(way["profit"], abs=6)
    assert np.mean(way["costs"]) == pytest.approx(way["cost"], abs=1)


def test_a_way_beside_itself_differs_in_nothing() -> None:
    """Demand and lead times are the same for every way: a rule against itself written differently costs the same to a cent."""
    answer = asked(ways=["cover:60", "own"], rules="cover_days = 60")
    gap = answer["against"][1]
    assert (gap["mean"], gap["low"], gap["high"]) == (0, 0, 0)
    assert answer["ways"][0]["calm"]["costs"] == answer["ways"][1]["calm"]["costs"]


def test_more_cover_serves_more_and_holds_more() -> None:
    """Ninety days of cover meet more of the same demand than twenty, and leave more behind."""
    lean, safe = (way["calm"] for way in asked(ways=["cover:20", "cover:90"])["ways"])
    assert safe["fill"] > lean["fill"]
    assert safe["left_value"] > lean["left_value"]
    assert safe["families"]["lost_margin"] < lean["families"]["lost_margin"]


def test_the_answer_does_not_depend_on_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Demand and lead times are those of the future and the item, however the futures are cut."""
    whole = asked(ways=["cover:60"])["ways"][0]["calm"]
    monkeypatch.setattr("entrepot.workflows.simulate_slabs.MOST_ROWS", 30)
    cut = asked(ways=["cover:60"])["ways"][0]["calm"]
    assert cut == whole


@pytest.mark.parametrize(
    ("disruption", "family"),
    [("late=sea:5", "lost_margin"), ("freight=sea:60", "first_leg"), ("demand=40", "lost_margin"), ("cash=30", "lost_margin"),
     ("shut=sea:2026-11-02:2027-01-10", "lost_margin"), ("closed=F1:2026-11-02:2027-01-20", "lost_margin")],
)  # fmt: skip
def test_what_goes_wrong_costs_where_it_should(disruption: str, family: str) -> None:
    """Each disruption raises the family that it strikes, against the calm run on the same futures."""
    shock = asked(ways=["sheet"], disruption=disruption)["ways"][0]["shock"]
    assert shock["families"][family] > 0
    assert shock["low"] > 0


def test_less_demand_leaves_more() -> None:
    """A third less demand than was forecast leaves more stock for what is sold under the plan."""
    way = asked(ways=["plan"], disruption="demand=-35")["ways"][0]
    calm, less = ((way[case]["left"], sum(way[case]["by_item"]["met"])) for case in ("calm", "disturbed"))
    assert less[0] / less[1] > calm[0] / calm[1]


def test_a_closure_is_seen_by_the_plan_and_not_by_the_sheet() -> None:
    """An announced closure costs the plan less than it costs a rule that does not look at calendars."""
    plan, sheet = asked(ways=["plan", "sheet"], disruption="closed=CN:2026-12-14:2027-01-17", futures=60)["ways"]
    assert plan["shock"]["mean"] < sheet["shock"]["mean"]


def test_orders_by_the_mode_of_the_rule() -> None:
    """A rule that ships by air pays more freight than the same rule by sea."""
    sea, air = (
        asked(ways=["own"], rules=text)["ways"][0]["calm"]["families"]["first_leg"]
        for text in ("cover_days = 30", 'cover_days = 30\n[class.A]\nmode = "air"\n[sku."B"]\nmode = "air"')
    )
    assert air > 1.5 * sea


def test_the_last_year_again_is_one_history() -> None:
    """A replay takes the year that was, with an interval over items; the plan's forecasts see earlier weeks only."""
    answer = asked(ways=["plan", "cover:60"], mode="past")
    assert (answer["futures"], answer["weeks"], answer["rows"]) == (1, 52, 3)
    sold = seller().demand[:, -52:].sum()
    for way in answer["ways"]:
        assert way["calm"]["fill"] * sold == pytest.approx(sum(way["calm"]["by_item"]["met"]), rel=1e-3)
        assert way["calm"]["fill"] > 0.5


def test_stopping_between_pieces() -> None:
    """Whoever cancels is heard at the next piece."""

    class Stop:
        def begin(self, label: str, total: int | None = None) -> None:
            """Goes on."""

        def advance(self, steps: int = 1) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        simulate.run_wish(seller(), read_wish(ON, futures=20), Stop())


@pytest.mark.parametrize(
    "said",
    [{"ways": ["oracle"]}, {"ways": []}, {"ways": ["sheet:x"]}, {"ways": ["cover:nan"]}, {"mode": "never"}, {"futures": "many"},
     {"futures": 5000}, {"weeks": 0}, {"disruption": "late=sea"}, {"disruption": "war"}, {"disruption": "cash=-4"},
     {"disruption": "closed=F1:2027-02-20:2027-01-30"}, {"disruption": "shut=sea:2027-01-30"}, {"ways": ["own"]},
     {"ways": ["own"], "rules": "cover_days = -3"}, {"ways": ["own"], "rules": "colour = 3"},
     {"ways": ["own"], "rules": "reorder_point = 9\norder_up_to = 3"}, {"ways": ["own"], "rules": "not toml"}],
)  # fmt: skip
def test_what_cannot_be_read_is_said(said: dict[str, Any]) -> None:
    """Each bad part is a problem with a remedy, never a traceback."""
    with pytest.raises(ProblemError) as refused:
        read_wish(ON, **said)
    assert refused.value.problems[0].remedy


def test_the_narrower_rule_wins() -> None:
    """SKU before class before all."""
    rules = read_rules('cover_days = 60\n[class.A]\ncover_days = 75\n[sku."K"]\ncover_days = 10')
    assert [rules.of(sku, kind)["cover_days"] for sku, kind in (("K", "A"), ("L", "A"), ("L", "B"))] == [10, 75, 60]


def test_kept_books_come_back_as_they_were(tmp_path: Path) -> None:
    """What is written and opened again gives the same answer; another version's file is not taken."""
    path = tmp_path / "x.npz"
    keep(seller(), path)
    back = opened(str(path), 1)
    assert back is not None
    wish = read_wish(ON, futures=20)
    assert simulate.run_wish(back, wish) == simulate.run_wish(seller(), wish)
    path.write_bytes(b"something else")
    assert opened(str(path), 2) is None


@pytest.mark.django_db
def test_a_scenario_asks_the_database_for_the_version_only(
    settings: Any, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    """Nothing is read from the tables beyond the version, nothing is written; the same question again is not run again."""
    settings.HOME = tmp_path
    company = models.Company.objects.create(code="X", name="X", currency="USD", zone="UTC", method="fifo")
    (tmp_path / "scenarios").mkdir()
    keep(replace(seller(), version=version_of(company)), tmp_path / "scenarios" / "X.npz")
    wish = read_wish(ON, futures=20)
    with django_assert_num_queries(10) as seen:
        first = simulate.simulate(company, wish)
    assert all(query["sql"].startswith("SELECT") for query in seen.captured_queries)
    with django_assert_num_queries(5):
        assert known(wish.key("X", version_of(company))) == first
