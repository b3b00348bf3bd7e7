"""Quotes: exact shares, routes side by side, what is not known; the effect of a change equals two quotes laid side by side."""

import itertools
from datetime import date
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.core.cost_lines import Basis, CostLine
from entrepot.engines.duty import Coded, Entries, Goods, assess, day_number, entry_of
from entrepot.engines.landed import Item, Request, Route, compare, quote, what_if
from entrepot.rules import AddDuty, rule_book
from entrepot.rules.fx import ExchangeRates

ON = date(2026, 9, 1)
RATES = ExchangeRates().for_day
CARD = Basis("card")


def _items(draws: list[tuple[int, int, int | None]]) -> tuple[Item, ...]:
    return tuple(
        Item(Goods(f"I{i}", quantity, value, "USD", hs="6109.10.00", origin="CN", duty_rate=Fraction(3, 25)), grams)
        for i, (quantity, value, grams) in enumerate(draws)
    )


@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(0, 10**7), st.none() | st.integers(1, 10**6)), min_size=1, max_size=6),
    st.integers(0, 10**6), st.sampled_from(["DE", "JP", "AU", "BR", "IN", "CH", "ZA"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_lines_and_units_to_items(
    draws: list[tuple[int, int, int | None]], freight: int, destination: str
) -> None:  # fmt: skip
    """Whatever the weights and values: nothing is lost between lines, items and units."""
    route = Route("sea", "sea", (CostLine("freight", "Ocean", freight, "USD", CARD),),
                  after=(CostLine("handling", "Broker", 4_999, "EUR", CARD),))  # fmt: skip
    result = quote(rule_book(), Request(_items(draws), destination, ON, "USD"), route, RATES(ON))
    for line, parts in zip(result.lines, result.shares, strict=True):
        if line.amount is not None:
            assert sum(p or 0 for p in parts) == line.amount
    items = [result.item_cost(i.sku) for i in result.request.items]
    assert sum(t.known for t in items) == result.cost.known
    first = result.request.items[0]
    cuts = sorted({0, first.goods.quantity // 3, first.goods.quantity})
    units = [result.unit_cost(first.sku, a, b) for a, b in itertools.pairwise(cuts)]
    assert sum(units) == items[0].known


def test_complete_quotes_come_first() -> None:
    """A way whose freight is not known may look cheap; it stands behind those that are complete."""
    request = Request(_items([(100, 50_000, 20_000)]), "GB", ON, "USD")
    open_, sea, air = (
        Route("open", "rail", None), Route("sea", "sea", (CostLine("freight", "Ocean", 9_000, "USD", CARD),)),
        Route("air", "air", (CostLine("freight", "Air", 60_000, "USD", CARD),)),
    )  # fmt: skip
    assert [q.route.name for q in compare(rule_book(), request, (open_, air, sea), RATES(ON))] == ["sea", "air", "open"]


def test_a_route_without_exchange_rate_is_incomplete() -> None:
    """A dong bill without a rate is not taken as nothing."""
    route = Route("sea", "sea", (CostLine("freight", "Ocean", 1_000_000, "VND", CARD),))
    result = quote(rule_book(), Request(_items([(10, 50_000, 1)]), "GB", ON, "USD"), route, RATES(ON))
    freight = next(n for n in result.lines if n.component == "freight")
    assert (freight.amount, result.complete) == (None, False)
    assert "VND" in freight.needs[0]
    assert any("not known" in line for line in result.explain())


def test_what_if_equals_two_quotes() -> None:
    """Each row's effect is the landed cost by the patched book less that by the book, by the single path."""
    draw, count = np.random.default_rng(3), 60
    entries = Entries(
        Coded(("US", "DE", "JP"), draw.integers(0, 3, count)), np.full(count, day_number(ON), dtype=np.int64),
        Coded.same("commercial", count), Coded.same("sea", count),
        Coded(("61091000", "39241040", "4202923120"), draw.integers(0, 3, count)),
        Coded(("CN", "VN"), draw.integers(0, 2, count)), Coded.same("USD", count), draw.integers(1, 50, count),
        draw.integers(300_000, 900_000, count), draw.integers(0, 9_000, count), np.zeros(count, dtype=np.int64),
        np.full(count, -1, dtype=np.int64), Coded(("", "1/20"), draw.integers(0, 2, count)),
    )  # fmt: skip
    book = rule_book()
    changed = book.patched(AddDuty("US", "7.5", ON, "61", ("CN",)))
    result = what_if(book, changed, entries, [str(i) for i in range(count)], RATES, "USD")
    hit = 0
    for i in range(count):
        entry = entry_of(entries, i)
        before, after = (assess(b, entry, RATES(ON)).figures["landed"].amount for b in (book, changed))
        assert bool(result.known[i]) == (before is not None and after is not None)
        if before is not None and after is not None and entry.destination == "US":
            assert int(result.effect[i]) == after - before
            hit += after > before
    assert hit
    assert "more" in result.explain("0")[0] or "not known" in result.explain("0")[0]
