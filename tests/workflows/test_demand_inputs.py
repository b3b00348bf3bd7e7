"""What the forecast run takes besides orders: signals, its own earlier forecasts, packs, the seller's calendar and models."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from entrepot.books import models
from entrepot.core.errors import ProblemError
from entrepot.engines.demand import WEST, LeadTime, fit
from entrepot.engines.demand import forecast as engine
from entrepot.workflows import demand_cycles, demand_regions, demand_signals
from entrepot.workflows.demand_settings import demand_settings, settings_or_default
from entrepot.workflows.forecast import forecast
from tests.engines.demand.panels import dense
from tests.workflows import ledger as books

MONDAY = date(2026, 1, 5)


def day(week: int, weekday: int = 1) -> str:
    return str(MONDAY + timedelta(weeks=week, days=weekday))


@pytest.fixture
def run(transactional_db: None) -> None:
    """40 weeks of six items that follow the cart adds of the week before, to Germany and France by turns; of one of them a signal
    that means nothing and one that stopped; one run."""
    random = np.random.default_rng(4)
    skus = [f"A{n}" for n in range(6)]
    carts = random.integers(20, 400, (6, 41))
    sold = [[1, *(int(random.poisson(1 + carts[n, week] / 10)) + 1 for week in range(40))] for n in range(6)]
    orders = [
        books.sale(
            f"{sku}-{week}",
            day(week),
            sold[n][week],
            sku,
            amount=sold[n][week] * 2000,
            country="DE" if week % 4 else "FR",
        )
        for n, sku in enumerate(skus)
        for week in range(41)
    ]
    signals = [
        books.doc("signal", f"{name}-{sku}-{week}", day(week), name=name, numerator=int(value), sku=sku, shop="WEB")
        for week in range(41)
        for n, sku in enumerate(skus)
        for name, value in (
            ("cart_adds", carts[n, week]),
            ("mentions", random.integers(0, 50)),
            ("visits", 10 + week % 5),
        )
        if name == "cart_adds" or (n == 0 and (name == "mentions" or week < 30))
    ]
    items = [books.doc("item", sku, "2026-01-01") for sku in skus]
    receipts = [books.receipt(f"R-{sku}", "2026-01-05", 5000, 300, sku) for sku in skus]
    books.post(*books.masters(), *items, *receipts, *orders, *signals)
    forecast(made_at=1_700_000_000_000_000)


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_signals_of_the_books_are_judged_stored_and_used(run: None) -> None:
    """The one that leads sales is kept and told as a reason; the useless and the stopped ones are dropped with theirs."""
    content = models.DemandRun.objects.get().content
    found = {one["name"]: one for one in content["signals"]}
    assert found["cart_adds"]["kept"]
    assert found["cart_adds"]["low"] > 0.3
    assert found["cart_adds"]["value"] > 0.2
    assert (found["mentions"]["reason"], found["visits"]["reason"]) == ("too few items to tell", "stopped")
    assert demand_signals.names(content["signals"]) == ["cart_adds"]
    figure = models.DemandFigure.objects.get(item__sku="A0")
    assert "signal_stopped" in figure.flags
    detail = json.loads(zlib.decompress(bytes(figure.demanddetail.content)))
    assert [name for name, _ in detail["signals"]] == ["cart_adds"]
    assert detail["signals"][0][1] != 1.0


@pytest.mark.django_db(transaction=True)
def test_the_run_is_what_the_benchmark_measures(run: None) -> None:
    """The same :func:`fit` and :func:`forecast`, with nothing but what the seller's books add: on a panel without signals the
    figures are the same to the unit."""
    one = forecast(made_at=1_700_000_000_000_001)[0]
    model = fit(one.panel)
    assert np.array_equal(one.result.model.table.quantiles, model.table.quantiles)
    assert np.array_equal(one.result.model.blend, model.blend)
    assert (one.result.model.learnt, one.result.model.events, one.result.model.seed) == (
        model.learnt,
        model.events,
        model.seed,
    )
    plain = engine(one.panel, model=model)
    unmoved = replace(one.result, state=replace(one.result.state, expected=plain.state.expected))
    assert np.array_equal(unmoved.quantiles(LeadTime.fixed(8)), plain.quantiles(LeadTime.fixed(8)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_shares_by_channel_and_country_are_stored(run: None) -> None:
    """Three weeks of four went to Germany: about three quarters of what is expected, in the run and for the item."""
    content = models.DemandRun.objects.get().content
    detail = json.loads(zlib.decompress(bytes(models.DemandDetail.objects.get(figure__item__sku="A0").content)))
    assert [row[:2] for row in detail["regions"]] == [["WEB", "DE"], ["WEB", "FR"]]
    assert sum(row[2] for row in detail["regions"]) == pytest.approx(1, abs=1e-4)
    assert 0.6 < detail["regions"][0][2] < 0.9
    assert content["regions"][0][:2] == ["WEB", "DE"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_earlier_runs_are_judged_once_enough_of_them_are_over(run: None) -> None:
    """A run says that it is judged on forecasts made again; with 31 stored ones whose weeks are over, on those."""
    assert models.DemandRun.objects.get().content["judged"] == "made_again"
    company, item = models.Company.objects.get(), models.Item.objects.get(sku="A0")
    for week in range(31):
        models.DemandRun.objects.create(
            company=company, made_at=week, as_of=week, last_week=MONDAY + timedelta(weeks=week), series=6
        )
        models.ForecastFigure.objects.create(
            run=str(week), item=item, location="LA", made_at=week, weekly_milli=1000,
            quantiles={"8": {"0.95": 10, "mean": 8.0}, "13": {"0.95": 20}},
        )  # fmt: skip
    told = demand_cycles.stored(company.pk)
    assert told.filter(pl.col("mean") == 8.0).height == 31
    forecast(made_at=1_800_000_000_000_000)
    content = models.DemandRun.objects.get(made_at=1_800_000_000_000_000).content
    assert content["judged"] == "stored"
    assert content["total"]["bias"] < -900
    assert {alarm["code"] for alarm in content["alarms"]} >= {"alarm_coverage", "alarm_value"}


def test_observations_become_weekly_series_of_their_items() -> None:
    """Counts add up, levels are averaged, what is told of an item at a place outranks what is told of all; a promotion that is
    not told was none, and one told for weeks to come is planned."""
    panel = dense(np.full((2, 30), 5.0))
    keys = pl.DataFrame({"item": [1, 2], "channel": ["7", "7"]})
    panel = type(panel)(keys, panel.weeks, panel.demand, panel.born, panel.censored)
    first = panel.weeks[0]

    def told(name: str, item: int | None, place: str | None, week: int, value: float) -> tuple[Any, ...]:
        return (name, item, place, first + timedelta(weeks=week), value)

    rows: Sequence[tuple[Any, ...]] = [
        told("page_views", 1, "7", 3, 4.0), told("page_views", 1, "7", 3, 5.0), told("page_views", None, "7", 4, 2.0),
        told("page_views", 1, None, 4, 3.0), told("price", 2, "7", 3, 10.0), told("price", 2, "7", 3, 20.0),
        told("promotion", 1, "7", 5, 1.0), told("promotion", 1, "7", 31, 1.0), told("page_views", 9, "7", 4, 9.0),
    ]  # fmt: skip
    found = demand_signals.beside(pl.DataFrame(list(rows), schema=demand_signals.ROWS, orient="row"), panel, 4)
    by_name = {one.name: one for one in found.signals}
    assert np.exp(by_name["page_views"].values[0, 3]) == pytest.approx(10)
    assert np.exp(by_name["page_views"].values[:, 4]) == pytest.approx([4, 3])
    assert np.exp(by_name["price"].values[1, 3]) == pytest.approx(15)
    assert (by_name["page_views"].lag, by_name["price"].lag) == (1, 0)
    assert by_name["promotion"].values[0, 4] == 0
    assert np.isnan(by_name["promotion"].values[1]).all()
    assert found.planned["promotion"][0, 1] > 0


@pytest.mark.django_db
def test_small_parts_stay_with_the_rest_of_their_channel() -> None:
    """Countries below half a per cent are one row without a name; shares add up to one."""
    lines = pl.DataFrame(
        {"item": [1] * 3, "channel": ["7"] * 3, "quantity": [9000, 990, 10], "country": ["DE", "FR", "LU"],
         "ordered_at": [1_768_000_000_000_000] * 3}
    ).with_columns(shop=pl.lit(None, pl.Int64))  # fmt: skip
    split = demand_regions.shares(lines, lines.select("item", "channel").unique(), date(2026, 1, 5), "UTC")
    assert sorted(split["region"].to_list()) == ["", "DE", "FR"]
    assert split["share"].sum() == pytest.approx(1)
    assert demand_regions.by_key(split)[1, "7"][0][:2] == ["", "DE"]


def write(home: Path, name: str, text: str) -> Path:
    (home / "demand").mkdir(exist_ok=True)
    (home / "demand" / name).write_text(text, encoding="utf-8")
    return home


def test_the_calendar_is_the_sellers_to_edit(tmp_path: Path) -> None:
    """Without a file the product's; with one his calendars and events, the same code replacing a known event."""
    assert demand_settings(tmp_path).events == WEST
    text = 'calendars = ["west", "gulf"]\n[[event]]\ncode = "christmas"\nday = "12-25"\neffect = [[-4, -1, 0.8]]\n'
    events = {event.code: event for event in demand_settings(write(tmp_path, "events.toml", text)).events}
    assert events["christmas"].effect == ((-4, -1, 0.8),)
    assert {"ramadan", "black_friday"} <= set(events)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('calendars = ["north"]', "calendars"),
        ('[[event]]\nday = "12-25"\neffect = [[0, 0, 1]]', "code"),
        ('[[event]]\ncode = "x"\nday = "13-45"\neffect = [[0, 0, 1]]', "day"),
        ('[[event]]\ncode = "x"\nday = "someday"\neffect = [[0, 0, 1]]', "day"),
        ('[[event]]\ncode = "x"\nday = "12-25"\neffect = [[2, 0, 1]]', "effect"),
        ('[[event]]\ncode = "x"\nday = "12-25"', "effect"),
        ("calendars = [", ""),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_name(tmp_path: Path, text: str, field: str) -> None:
    """The problem names the file and the field; nothing is guessed."""
    with pytest.raises(ProblemError) as raised:
        demand_settings(write(tmp_path, "events.toml", text))
    problem = raised.value.problems[0]
    assert (problem.document, problem.field) == ("demand/events.toml", field)


def test_a_typing_error_does_not_cost_the_forecast(tmp_path: Path) -> None:
    """The product's settings are used instead, and an alarm names file and field."""
    settings, doubts = settings_or_default(write(tmp_path, "events.toml", 'calendars = ["north"]'))
    assert settings.events == WEST
    assert (doubts[0].code, doubts[0].parameters["file"]) == ("alarm_settings", "demand/events.toml")


def test_models_are_loaded_with_their_weights(tmp_path: Path) -> None:
    """A file beside the settings is called with the path of the weights; missing weights and failing code are refused by name."""
    write(tmp_path, "flat.py", "class Flat:\n    name = 'flat'\n\n\ndef load(path):\n    found = Flat()\n"
          "    found.level = float(path.read_text())\n    return found\n")  # fmt: skip
    write(tmp_path, "flat.txt", "4.5")
    write(
        tmp_path,
        "models.toml",
        '[[model]]\nload = "flat.py:load"\nweights = "flat.txt"\n\n[[model]]\nstatsforecast = "AutoETS"\n',
    )
    flat, local = demand_settings(tmp_path).models
    assert (flat.name, flat.level, local.name) == ("flat", 4.5, "AutoETS")  # type: ignore[attr-defined]
    for text, field in (
        ('[[model]]\nload = "flat.py:load"\nweights = "gone.npz"', "weights"),
        ('[[model]]\nload = "flat.py:nothing"\nweights = "flat.txt"', "load"),
    ):
        with pytest.raises(ProblemError) as raised:
            demand_settings(write(tmp_path, "models.toml", text))
        assert raised.value.problems[0].field == field
