"""Losses one by one: what was repaid, what stays, what can be claimed, and that no money counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors.reconciliation import losses as by_month
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.workflows.losses import Losses, LossRow, losses
from entrepot.workflows.name_loss import name_loss
from entrepot.workflows.revalue import revalue
from tests.workflows.ledger import DAY, assert_proven, bill, doc, masters, post, receipt

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 20)


def place(code: str, kind: str) -> Any:
    return parse({"type": "location", "id": code, "effective_at": "2026-01-01T12:00:00Z", "kind": kind})


def use(number: str, on: str, units: int, purpose: str = "lost", sku: str = "A", reason: str = "", **cell: str) -> Any:
    return doc("stock_use", number, on, purpose=purpose, cell={"location": "LA", **cell}, reason=reason,
               lines=[{"sku": sku, "quantity": units}])  # fmt: skip


def repaid(number: str, on: str, units: int | None, amount: int, **more: Any) -> Any:
    fields = {"shop": "WEB", "company": "US", "sku": "A", "reason": "Lost_Warehouse", **more}
    return doc("reimbursement", number, on, currency="USD", amount=amount, quantity=units, **fields)


def platform(*more: Any) -> list[Any]:
    """A hundred units at 9.00, freight 2.00 and duty 1.00 each, at a platform's place."""
    return [
        *masters(),
        place("LA", "fba"),
        receipt("R-1", "2026-01-10", 100, 900),
        bill("F-1", "2026-01-20", "freight", 20_000, ("receipt", "R-1")),
        bill("D-1", "2026-01-20", "duty", 10_000, ("receipt", "R-1")),
        *more,
    ]


def told(home: Path | None = None, on: date = ON, **viewer: Any) -> Losses:
    return losses(replace(system_viewer("US"), **viewer), home, on)


def by_number(found: Losses) -> dict[str, LossRow]:
    return {row.number: row for row in found.rows}


def test_a_platform_that_repays_goods_leaves_freight_and_duty_as_loss() -> None:
    """10 units: 120.00 landed, 90.00 repaid without naming the loss: linked, 30.00 stay; nothing moved in the books."""
    post(*platform(use("U-1", "2026-03-01", 10), repaid("RE-1", "2026-04-01", 10, 9_000)))
    (row,) = told().rows
    assert (row.cause, row.payer, row.state, row.how, row.papers) == (
        "platform",
        "platform",
        "paid",
        "only_loss",
        ("RE-1",),
    )
    assert (row.landed, row.purchase, row.first_leg, row.duty_tax) == (12_000, 9_000, 2_000, 1_000)
    assert (row.repaid, row.derived, row.remainder, row.gain) == (0, 9_000, 3_000, 0)
    assert row.left == {"purchase": 0, "first_leg": 2_000, "duty_tax": 1_000}
    assert told().left == ()
    assert [r.loss for r in by_month(system_viewer("US")).rows] == [12_000]  # the credit stands in its own period
    assert_proven()


def test_what_is_named_counts_once_and_is_not_matched_again() -> None:
    """The payer named the loss: booked there, the other loss is still open."""
    named = repaid("RE-1", "2026-04-01", None, 4_500, loss={"type": "stock_use", "id": "U-1"})
    post(*platform(use("U-1", "2026-03-01", 5), use("U-2", "2026-03-10", 5), named))
    rows = by_number(told())
    assert (rows["U-1"].repaid, rows["U-1"].derived, rows["U-1"].state, rows["U-1"].remainder) == (
        4_500, 0, "paid", 1_500)  # fmt: skip
    assert (rows["U-2"].repaid, rows["U-2"].derived, rows["U-2"].state, rows["U-2"].expected) == (0, 0, "open", 4_500)
    assert_proven()


def test_deadlines_come_near_and_pass() -> None:
    """60 days at the platform: open, due in the last fortnight, lapsed after; only what it covers is expected."""
    post(*platform(use("U-1", "2026-03-01", 2)))
    states = {}
    for on in (date(2026, 4, 10), date(2026, 4, 16), date(2026, 4, 30), date(2026, 5, 1)):
        found = told(on=on)
        states[on.isoformat()] = (found.rows[0].state, found.rows[0].days, found.rows[0].expected, len(found.due))
    assert states == {
        "2026-04-10": ("open", 20, 1_800, 0),
        "2026-04-16": ("due", 14, 1_800, 1),
        "2026-04-30": ("due", 0, 1_800, 1),
        "2026-05-01": ("lapsed", -1, None, 0),
    }


def test_two_losses_that_fit_are_left_to_a_person() -> None:
    """Neither is called repaid; the reimbursement is listed with both, and one for a customer's order apart."""
    post(
        *platform(
            use("U-1", "2026-03-01", 1),
            use("U-2", "2026-03-05", 1),
            repaid("RE-1", "2026-04-01", 1, 900),
            repaid("RE-2", "2026-04-02", 1, 900, reason="CustomerReturn", note="order 111-222 case 77"),
        )
    )
    found = told()
    assert [row.derived for row in found.rows] == [0, 0]
    assert [(x.number, x.why, x.candidates, x.case, x.order) for x in found.left] == [
        ("RE-2", "of_order", (), "77", "111-222"),
        ("RE-1", "several", ("U-1", "U-2"), "", ""),
    ]


def test_part_and_reversal() -> None:
    """6 of 10 units are paid, the rest is still claimed; what takes the payment back opens the whole claim again."""
    given = platform(use("U-1", "2026-03-01", 10), repaid("RE-1", "2026-03-20", 6, 5_400))
    post(*given)
    (row,) = told().rows
    assert (row.state, row.repaid_units, row.expected, row.derived) == ("due", 6, 3_600, 5_400)
    post(repaid("RE-2", "2026-03-25", 6, -5_400, note="reverses RE-1"), at=2 * DAY)
    (row,) = told().rows
    assert (row.repaid_units, row.expected, row.derived, row.remainder) == (0, 9_000, 0, 12_000)
    assert_proven()


def test_who_may_claim_from_whom() -> None:
    """A carrier for what did not arrive, nobody for a fire, no known term where a warehouse's contract decides."""
    away = doc("shipment", "S-1", "2026-02-01", origin={"location": "LA"}, destination="DE", mode="sea",
               lines=[{"sku": "A", "quantity": 20}])  # fmt: skip
    there = doc("receipt", "R-2", "2026-01-11", location="DE", currency="USD",
                lines=[{"sku": "B", "quantity": 10, "price": {"amount": 500}}])  # fmt: skip
    post(*platform(place("DE", "third_party"), away, there))
    assert told().rows == ()  # on its way is not lost
    arrived = doc("receipt", "R-3", "2026-03-05", location="DE", shipment={"type": "shipment", "id": "S-1"},
                  lines=[{"sku": "A", "quantity": 16}])  # fmt: skip
    post(
        arrived,
        use("U-DE", "2026-03-01", 1, sku="B", location="DE"),
        use("U-FIRE", "2026-03-02", 1, purpose="write_off", reason="fire in hall 3"),
        use("U-BAD", "2026-03-02", 1, purpose="destroyed", reason="removal order"),
        at=2 * DAY,
    )
    rows = by_number(told())
    assert {n: (r.cause, r.payer, r.state) for n, r in rows.items()} == {
        "U-DE": ("warehouse", "warehouse", "no_term"),
        "S-1": ("carrier", "carrier", "open"),
        "U-FIRE": ("fire", "", "none"),
        "U-BAD": ("other", "", "none"),
    }
    short = rows["S-1"]
    assert (short.purpose, short.units, short.deadline, short.expected) == ("short", 4, date(2027, 3, 5), 4 * 1_200)
    assert_proven()


def test_own_terms_go_first_and_bad_ones_say_what_is_wrong(tmp_path: Path) -> None:
    """A contract that repays landed cost within 30 days; an unknown payer is refused with its number."""
    post(*platform(use("U-1", "2026-03-28", 2)))
    (tmp_path / "rules").mkdir()
    file = tmp_path / "rules" / "claims.toml"
    file.write_text('[[term]]\npayer = "platform"\ndays = 30\nplaces = ["LA"]\n')
    (row,) = told(tmp_path).rows
    assert (row.deadline, row.expected, row.source) == (date(2026, 4, 27), 2_400, "claims.toml")
    file.write_text('[[term]]\npayer = "amazon"\ndays = 30\n')
    with pytest.raises(ProblemError) as caught:
        told(tmp_path)
    assert (caught.value.problems[0].code, caught.value.problems[0].line) == ("bad_claim_terms", 1)


def test_unknown_cost_is_not_zero_and_who_may_not_see_cost_sees_units() -> None:
    """Units without a price have no landed cost; a warehouse hand sees units, deadlines and no amount; places are his own."""
    bare = doc("receipt", "R-1", "2026-01-10", location="LA", lines=[{"sku": "B", "quantity": 10}])
    post(*masters(), place("LA", "fba"), bare, use("U-1", "2026-03-01", 2, sku="B"))
    (row,) = told().rows
    assert (row.landed, row.remainder, row.expected) == (None, None, None)
    post(receipt("R-2", "2026-01-10", 10, 900), use("U-2", "2026-03-02", 2), at=2 * DAY)
    row = told(role="warehouse").rows[0]
    assert (row.units, row.state, row.days) == (2, "due", 11)
    assert {getattr(row, name) for name in ("landed", "purchase", "repaid", "derived", "remainder", "expected")} == {
        None
    }
    elsewhere = frozenset({models.Location.objects.get(code="DE").pk})
    assert told(locations=elsewhere).rows == ()


def test_a_person_names_the_loss_and_its_money_moves_there_once() -> None:
    """The credit of its day becomes a credit of the lost units; nothing counts twice, who may not post may not."""
    post(*platform(use("U-1", "2026-03-01", 1), use("U-2", "2026-03-05", 1), repaid("RE-1", "2026-04-01", 1, 900)))
    with pytest.raises(ProblemError):
        name_loss(replace(system_viewer("US"), role="warehouse"), "RE-1", "U-2")
    for paid, loss in (("RE-9", "U-2"), ("RE-1", "U-9"), ("RE-1", "U-2:7")):
        with pytest.raises(ProblemError):
            name_loss(system_viewer("US"), paid, loss)
    name_loss(system_viewer("US"), "RE-1", "U-2")
    revalue()
    found = told()
    rows = by_number(found)
    assert (rows["U-2"].repaid, rows["U-2"].derived, rows["U-2"].state, rows["U-1"].repaid) == (900, 0, "paid", 0)
    assert found.left == ()
    assert sorted(r.loss for r in by_month(system_viewer("US")).rows) == [1_500]  # 24.00 of both less 9.00
    assert_proven()
