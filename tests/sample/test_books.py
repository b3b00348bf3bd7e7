"""The big seller for benchmarks: as many sales as asked for, and stock that never runs short."""

from collections import Counter
from datetime import date

import pytest

from entrepot.sample.books import BigSeller
from tests.sample.replay import Replay


def test_counts_and_order() -> None:
    """The sales lines are those asked for; every document's number occurs once; the first documents are master data."""
    documents = list(BigSeller(skus=120, sales=4_000, weeks=20).documents())
    assert sum(len(d.lines) for d in documents if d.type == "sales_order") == 4_000
    assert max(Counter(d.key for d in documents).values()) == 1
    kinds = [d.type for d in documents]
    assert kinds[: kinds.index("item")] == ["company", "supplier", "location", "location", "shop", "shop"]
    assert {"opening_balance", "receipt", "transfer", "cost_bill", "return", "fx_rate"} <= set(kinds)


RUSH = (date(2025, 7, 1), date(2025, 7, 31), 4.0)


def test_in_a_rush_more_is_sold() -> None:
    """Four times as much a day in July as on other days, of the same number in all."""
    documents = list(BigSeller(skus=120, sales=8_000, weeks=20, rush=RUSH).documents())
    lines = Counter(d.effective_at.month == 7 for d in documents if d.type == "sales_order" for _ in d.lines)
    assert sum(lines.values()) == 8_000
    assert abs(lines[True] / (8_000 * 4 * 31 / (140 - 31 + 4 * 31)) - 1) < 0.05


@pytest.mark.parametrize("rush", [None, RUSH])
def test_stock_is_always_there(rush: tuple[date, date, float] | None) -> None:
    """No cell is ever below zero, in the order of time."""
    documents = list(BigSeller(skus=150, sales=6_000, weeks=26, seed=3, rush=rush).documents())
    replay = Replay({"BIG-SHOP-US": "BIG-US", "BIG-SHOP-EU": "BIG-EU"}, {})
    replay.run(documents)
    assert min(replay.lowest.values()) == 0


def test_returns_name_their_sale() -> None:
    """A return's order and line are of its SKU and come earlier, and no more comes back than was sold."""
    documents = list(BigSeller(skus=60, sales=3_000, weeks=20).documents())
    orders = {d.id: d for d in documents if d.type == "sales_order"}
    returns = [d for d in documents if d.type == "return"]
    assert len(returns) > 50
    for back in returns:
        order = orders[back.order.id]
        assert order.effective_at < back.effective_at
        assert order.lines[back.lines[0].order_line - 1].sku == back.lines[0].sku
    assert max(Counter((d.order.id, d.lines[0].order_line) for d in returns).values()) == 1


def test_some_bills_are_late() -> None:
    """Each receipt gets one bill of four lines, a tenth of them six weeks later."""
    documents = list(BigSeller(skus=400, sales=4_000, weeks=30).documents())
    receipts = {d.id: d.effective_at for d in documents if d.type == "receipt"}
    bills = {d.lines[0].targets[0].document.id: d for d in documents if d.type == "cost_bill"}
    late = [r for r, at in receipts.items() if r in bills and (bills[r].effective_at - at).days > 30]
    assert {len(b.lines) for b in bills.values()} == {4}
    assert 0.03 < len(late) / len(receipts) < 0.25
