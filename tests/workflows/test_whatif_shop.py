"""What-ifs on the books: families before and after, exchange rates on both sides, goods on the water, the books' own share."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from entrepot.books.access import Viewer, system_viewer
from entrepot.books.selectors.economics import CostWish
from entrepot.books.selectors.registrations import registered
from entrepot.core.documents import parse
from entrepot.rules.fx import Rate
from entrepot.workflows.order_figures import order_figures
from entrepot.workflows.rule_files import SellerRules, seller_rules
from entrepot.workflows.whatif import Change, tariff
from entrepot.workflows.whatif_entries import Entered, added
from entrepot.workflows.whatif_orders import ordered_effect
from entrepot.workflows.whatif_shop import ShopChange, imported_into, shop_effect
from entrepot.workflows.whatif_water import water_effect
from tests.workflows import ledger as books

pytestmark = pytest.mark.django_db(transaction=True)
START = date(2026, 12, 1)
YEAR = CostWish("sku", date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def viewer(transactional_db: None) -> Viewer:
    """A shop that sold 30 shirts to the US and has 40 more at sea, 10 due before December and 30 after it began."""
    location = parse({"type": "location", "id": "WUS", "effective_at": "2026-01-01T12:00:00Z", "country": "US"})
    plain = [one for one in books.masters() if one.id != "A"]
    books.post(*plain, books.doc("item", "A", "2026-01-01", hs_code="6109.10.00", origin="CN"))
    books.post(
        books.receipt("GR-1", "2026-01-02", 100, 300),
        books.bill("F-1", "2026-01-03", "freight", 5000, ("receipt", "GR-1")),
        books.sale("S-1", "2026-01-05", 30, amount=16_400, country="US"),
        location,
        *(
            books.doc("shipment", number, "2026-10-20", mode="sea", origin={"location": "LA"}, destination="WUS", eta=eta,
                      lines=[{"sku": "A", "quantity": units}])
            for number, eta, units in (("SHIP-1", "2026-11-20T00:00:00Z", 10), ("SHIP-2", "2026-12-10T00:00:00Z", 30))
        ),
    )  # fmt: skip
    return system_viewer()


@pytest.fixture
def rules() -> SellerRules:
    """The package's rules."""
    return seller_rules(None)


def points(rules: SellerRules, percent: int = 10) -> ShopChange:
    """So many points on Chinese knitwear into the US."""
    return ShopChange(Change((tariff(f"US:6109:CN:{percent}", START, rules.book),)), START, "USD")


def test_only_what_arrives_after_the_start_is_hit(viewer: Viewer, rules: SellerRules) -> None:
    """Thirty shirts of 3.00 arrive later: ten per cent of 90.00; the ten that arrive before pay nothing more."""
    found = {row.goods.shipment: row for row in water_effect(viewer, rules, points(rules))}
    assert (found["SHIP-1"].hit, found["SHIP-1"].effect) == (False, 0)
    assert (found["SHIP-2"].hit, found["SHIP-2"].effect) == (True, 900)
    assert (found["SHIP-2"].goods.units, found["SHIP-2"].goods.country) == (30, "US")


def test_freight_that_is_paid_stays_as_it_is_on_the_water(viewer: Viewer, rules: SellerRules) -> None:
    """Dearer freight does not reach goods that have left."""
    asked = ShopChange(Change(freight=Fraction(2)), START, "USD")
    assert {row.effect for row in water_effect(viewer, rules, asked)} == {0}


def test_the_families_add_up_to_the_added_cost(viewer: Viewer, rules: SellerRules) -> None:
    """Ten points, dearer freight and storage: what each family grows by is the whole, and the profit falls by it."""
    change = Change((tariff("US:6109:CN:10", START, rules.book),), None, Fraction(3, 2))
    row = shop_effect(viewer, rules, YEAR, ShopChange(change, START, "USD", Fraction(6, 5)))[0]
    assert row.more["duty_tax"] == 900
    assert row.more["first_leg"] == 750
    assert sum(row.more.values()) == row.effect
    assert row.before is not None
    assert row.after == row.before - (row.effect or 0)


def test_a_rate_of_exchange_moves_sales_too(viewer: Viewer, rules: SellerRules) -> None:
    """Sold in pounds, kept in dollars: a pound that buys a tenth less takes a tenth of the net sales and of the local fees."""
    books.post(books.sale("S-2", "2026-01-06", 10, amount=9_000, country="GB"))
    asked = ShopChange(Change((), {("GBP", "USD"): Fraction(9, 10)}), START, "USD")
    row = next(one for one in shop_effect(viewer, rules, YEAR, asked) if one.country == "GB")
    assert row.net == 9_000
    assert row.sold == -900
    us = next(one for one in shop_effect(viewer, rules, YEAR, asked) if one.country == "US")
    assert (us.sold, us.effect) == (0, 0)


def test_the_share_of_the_books_stands_in_for_a_rate(rules: SellerRules) -> None:
    """A heading without a rate in Germany: dearer freight raises the duty by the share that the books have, as an estimate."""
    goods = Entered("K", "DE", START, "sea", "851679", "CN", 10, 100_000, 20_000, 6_000)
    change = Change(freight=Fraction(3, 2))
    found = added(rules, [goods], change, "EUR", "EUR", frozenset({"DE"}))[0]
    assert found is not None
    assert (found.purchase, found.first_leg, found.duty_tax, found.estimate) == (0, 10_000, 500, True)
    assert added(rules, [goods], change, "EUR", "EUR", frozenset())[0] is None


def test_a_change_elsewhere_leaves_what_is_not_known_at_nothing(rules: SellerRules) -> None:
    """A tariff of the US cannot touch goods for Germany, whatever is missing there."""
    goods = Entered("K", "DE", START, "sea", "", "", 10, 100_000, 20_000)
    change = Change((tariff("US:::10", START, rules.book),))
    found = added(rules, [goods], change, "EUR", "EUR", frozenset())[0]
    assert found is not None
    assert found.total == 0


def test_a_missing_rate_of_exchange_is_not_known(rules: SellerRules) -> None:
    """Without a rate between the money paid and that of the books nothing is guessed."""
    goods = Entered("K", "US", START, "sea", "61091000", "CN", 10, 100_000, 20_000)
    change = Change((tariff("US:::10", START, rules.book),))
    assert added(rules, [goods], change, "USD", "AED", frozenset())[0] is None
    own = SellerRules(
        rules.book, type(rules.rates)((Rate("USD", "AED", Fraction("3.6725"), date(2026, 1, 1), "customs", "peg"),))
    )
    assert added(own, [goods], change, "USD", "AED", frozenset())[0] is not None


def test_sales_into_the_union_entered_where_the_company_is_registered(viewer: Viewer, rules: SellerRules) -> None:
    """Sold to Austria, registered in Germany: the goods entered Germany; an EORI or IOSS number alone brings no tax back."""
    assert imported_into(rules.book, "AT", frozenset({"DE"})) == "DE"
    assert imported_into(rules.book, "CH", frozenset({"DE"})) == "CH"
    for country, scheme in (("DE", "ioss"), ("FR", "eori"), ("NL", "vat")):
        one = {"type": "tax_registration", "id": scheme, "effective_at": "2026-01-01T12:00:00Z", "company": "US"}
        books.post(parse({**one, "country": country, "scheme": scheme, "number": "1", "valid_from": "2026-01-01"}))
    assert registered(viewer, START) == {"NL"}


def order(number: str, place: str, due: str | None, sku: str = "A", **line: object) -> object:
    """200 units at 2.50 from a supplier, to a place."""
    body = {"sku": sku, "quantity": 200, "price": {"amount": 250}, "due": due, **line}
    return books.doc("purchase_order", number, "2026-10-01", supplier="F1", currency="USD", destination=place, company="US",
                     lines=[body])  # fmt: skip


def test_goods_on_order_that_enter_later_are_hit_without_what_has_come(viewer: Viewer, rules: SellerRules) -> None:
    """200 ordered, 50 received: 150 at 2.50 pay ten per cent more; what is due before or goes to China does not."""
    china = books.doc("location", "CNW", "2026-01-01", country="CN")
    supplier = books.doc("supplier", "F1", "2026-01-01", name="Factory")
    books.post(
        china, supplier, order("PO-1", "WUS", "2026-12-20"), order("PO-2", "WUS", "2026-11-25"),
        order("PO-3", "CNW", "2026-12-20"),
        order("PO-4", "WUS", "2026-12-20", sku="B"), order("PO-5", "WUS", None), order("PO-6", "WUS", "2026-12-24"),
        books.doc("receipt", "GR-9", "2026-10-20", location="WUS", currency="USD",
                  order={"type": "purchase_order", "id": "PO-1"},
                  lines=[{"sku": "A", "quantity": 50, "price": {"amount": 250}, "order_line": 1}]),
        books.doc("purchase_end", "END-6", "2026-10-21", order="PO-6", end="cancelled", reason="not needed", company="US"),
    )  # fmt: skip
    order_figures()

    rows = {row.goods.order: row for row in ordered_effect(viewer, rules, points(rules))}

    assert (rows["PO-1"].goods.units, rows["PO-1"].effect) == (150, 3_750)
    assert (rows["PO-2"].hit, rows["PO-2"].effect) == (False, 0)
    assert [rows[n].needs for n in ("PO-3", "PO-4", "PO-5")] == ["onward", "hs", "eta"]
    assert "PO-6" not in rows
