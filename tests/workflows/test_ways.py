"""From rate cards to complete landed quotes: sea to the platform, rail to a third party, air, an all-in line, side by side."""

from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import total
from entrepot.engines.duty import Goods
from entrepot.engines.freight import Cartons, Consignment, read_card
from entrepot.engines.landed import Item, Request, quote
from entrepot.engines.storage import HandlingPrice, PriceList, Step, Unit
from entrepot.rules import rule_book
from entrepot.rules.platform_fees import platform_fees
from entrepot.workflows.ways import Stocked, arrival, through_platform, through_warehouse, ways_by_card

ON = date(2026, 3, 2)
MUG = Unit("MUG", 420, 130, 110, 100)
STOCK = [Stocked(MUG, 960, Fraction(12), price=1999)]
CARTONS = Consignment((Cartons(40, 11_000, 560, 460, 340, label="MUG"),), ON, value=192_000, value_currency="USD")
SEA = read_card("""
id = "LCL-1"
name = "Sea LCL"
mode = "sea"
currency = "USD"
transit_days = [28, 35]
weight = { unit = "rt", divisor = 1000, minimum = 1 }
band = [{ over = 0, rate = 75 }]
charge = [
  { code = "ocfs", name = "Origin handling", component = "handling", per = "unit", amount = 12 },
  { code = "insurance", name = "Insurance", component = "insurance", per = "percent", amount = 0.3, of = ["value"] },
  { code = "dcfs", name = "Deconsolidation", component = "handling", per = "unit", amount = 30, leg = "onward" },
  { code = "truck", name = "Truck to the warehouse", component = "handling", amount = 280, leg = "onward" },
]
""")
ALL_IN = read_card("""
id = "ALL-1"
name = "All-in line"
mode = "sea"
currency = "CNY"
all_in = true
transit_days = [30, 40]
weight = { divisor = 6000, step = 1, piece_minimum = 12 }
band = [{ over = 0, rate = 11.5 }]
""")
BOXES = read_card("""
id = "FCL-1"
name = "Rail FCL"
mode = "rail"
currency = "USD"
transit_days = [16, 25]
container = [{ kind = "40HQ", price = 5250, cbm = 68, payload_kg = 26000 }]
""")
RATES = {("CNY", "USD"): Fraction(10, 67), ("USD", "CNY"): Fraction(67, 10)}


def rates(source: str, target: str) -> Fraction | None:
    """USD and CNY only."""
    return Fraction(1) if source == target else RATES.get((source, target))


def request(destination: str = "US") -> Request:
    """960 mugs of 192,000 cents."""
    goods = Goods(
        "MUG", 960, 192_000, "USD", hs="69111010", origin="CN", duty_rate=Fraction(1, 10), tax_rate=Fraction(0)
    )
    return Request((Item(goods, 440_000),), destination, ON, "USD")


def test_every_card_becomes_a_way_with_its_legs():
    """Cheapest first; origin handling and insurance up to the border, deconsolidation after it, duty inside the all-in line."""
    ways = ways_by_card([BOXES, SEA, ALL_IN], CARTONS, "USD", rates)
    assert [way.name for way in ways] == ["Sea LCL", "All-in line", "Rail FCL"]
    sea, line, rail = ways
    assert [x.component for x in sea.to_border or ()] == ["freight", "handling", "insurance"]
    assert [x.label for x in sea.onward] == ["Deconsolidation", "Truck to the warehouse"]
    assert line.all_in
    assert rail.to_border is not None
    assert rail.to_border[0].amount == 525_000
    assert arrival(sea, ON, slack=3) == date(2026, 4, 2)


def test_without_a_rate_the_way_stays_and_is_last():
    """A CNY card without an exchange rate is no reason to leave the way out."""
    ways = ways_by_card([ALL_IN, SEA], CARTONS, "USD", lambda a, b: Fraction(1) if a == b else None)
    assert [way.name for way in ways] == ["Sea LCL", "All-in line"]


def test_a_quote_through_the_platform_adds_up():
    """Goods, way, border, placement, fulfilment and storage: the quote is their sum, all of it on the one item."""
    way = ways_by_card([SEA], CARTONS, "USD", rates)[0]
    through = through_platform(way, STOCK, "US", date(2026, 4, 2), platform_fees())
    parts = {line.component for line in through.after}
    assert parts == {"handling", "fulfilment", "storage"}
    assert all(line.estimate for line in through.after)
    plain, full = (quote(rule_book(), request(), route, rates) for route in (way, through))
    assert full.cost.known == plain.cost.known + total(through.after, "USD").known
    assert full.item_cost("MUG").known == full.cost.known
    fees = {line.label: line.amount for line in through.after}
    assert fees["FBA fulfilment"] == 960 * 460
    assert fees["Inbound placement"] == 960 * 41


def test_a_third_party_stores_by_age_and_handles_by_order():
    """Free days first; picking per order, receiving per cbm of what came."""
    prices = PriceList(
        "DE-3PL",
        "Third party",
        "EUR",
        (Step(0, 30, Fraction(0)), Step(30, None, Fraction(45))),
        (
            HandlingPrice("in", "Receiving", "cbm", Fraction(600)),
            HandlingPrice("pick", "Pick and pack", "order", Fraction(190)),
        ),
    )
    way = ways_by_card([BOXES], CARTONS, "USD", rates)[0]
    through = through_warehouse(way, STOCK, ON, prices)
    fees = {line.label: line.amount for line in through.after}
    assert fees["Pick and pack"] == 960 * 190
    assert fees["Receiving"] == round(600 * 960 * 0.00143)
    assert fees["Third party: storage 2026-03"] == 0
    assert (fees["Third party: storage 2026-04"] or 0) > 0
    unmeasured = [Stocked(Unit("X", 100, None, 1, 1), 10, Fraction(1))]
    assert any(line.amount is None for line in through_warehouse(way, unmeasured, ON, prices).after)
