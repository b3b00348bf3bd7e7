"""Quotes: what is due, what is missing, what the bounds do."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from entrepot.core.errors import ProblemError
from entrepot.core.measures import CUBIC_INCHES_PER_POUND, INCH
from entrepot.engines.freight import (
    Band,
    Cartons,
    Charge,
    Condition,
    Consignment,
    RateCard,
    WeightRule,
    card_on,
    chargeable,
    checked,
    gaps_and_overlaps,
    price,
    quote,
    read_card,
)

DAY = date(2026, 3, 9)
KG = WeightRule(divisor=Fraction(5000), step=Fraction(1, 2))
OPEN = (Band(Fraction(0), None, rate=Fraction(500)),)


def card(**fields: object) -> RateCard:
    """An express card of 5.00 USD a kilogram, changed as asked."""
    return replace(RateCard("X", "Express", "express", "USD", KG, OPEN), **fields)  # type: ignore[arg-type]


def box(
    count: int = 1, weight: int | None = 10_000, sides: tuple[int, int, int] | None = (400, 300, 200), **more: object
):
    """Cartons of one kind."""
    a, b, c = sides or (None, None, None)
    return Cartons(count, weight, a, b, c, **more)  # type: ignore[arg-type]


def test_per_piece_rounding_charges_more_than_the_total():
    """Three parcels of 1.1 kg are 3 × 1.5 kg when each is rounded, 3.5 kg when the total is."""
    parcels = (box(3, 1100, (100, 100, 100)),)
    assert chargeable(parcels, replace(KG, per_piece=True)).units == Fraction(9, 2)
    assert chargeable(parcels, KG).units == Fraction(7, 2)


def test_half_of_the_volume_is_charged_where_the_forwarder_shares_it():
    """A volume share of one half charges the mean of actual and volumetric weight (分泡)."""
    light = (box(1, 10_000, (600, 500, 500)),)  # 30 kg by volume
    assert chargeable(light, replace(KG, volume_share=Fraction(1, 2))).units == 20


def test_volume_counts_only_above_its_threshold():
    """With volume_from 2 a carton is charged by volume only when that is more than twice its weight."""
    rule = replace(KG, volume_from=Fraction(2))
    assert chargeable((box(1, 10_000, (500, 500, 350)),), rule).by == "weight"  # 17.5 kg
    assert chargeable((box(1, 8_000, (500, 500, 350)),), rule).units == Fraction(35, 2)


def test_sides_are_rounded_up_first():
    """A side of 40.1 cm is charged as 41 cm where the carrier rounds every side up."""
    rule = WeightRule(divisor=Fraction(5000), side_step=Fraction(10))
    assert chargeable((box(1, 100, (401, 300, 200)),), rule).units == Fraction(41 * 30 * 20, 5000)


def test_whole_pounds_and_inches_are_not_rounded_up():
    """A 5 lb parcel of 12 in is stored as 2,268 g and 305 mm, and is charged as 5 lb and 12 in, not as 6 and 13."""
    rule = WeightRule("lb", 139 * CUBIC_INCHES_PER_POUND, step=Fraction(1), side_step=INCH)
    assert chargeable((box(1, 2268, (254, 152, 102)),), rule).units == 5
    assert chargeable((box(1, 2269, (254, 152, 102)),), rule).units == 6
    assert chargeable((box(1, 100, (305, 305, 305)),), rule).volumetric == Fraction(12**3, 139)


def test_the_break_itself_lies_on_the_side_the_card_says():
    """45 kg is the +45 price of air, and still "up to 45" of a parcel card."""
    bands = (Band(Fraction(0), Fraction(45), rate=Fraction(700)), Band(Fraction(45), None, rate=Fraction(600)))
    assert price(card(bands=bands, edge="from"), Fraction(45)).amount == 27000  # type: ignore[union-attr]
    assert price(card(bands=bands), Fraction(45)).amount == 31500  # type: ignore[union-attr]


def test_missing_sides_leave_the_rest_of_the_quote():
    """Without sides the freight says what it needs, a fixed charge is still priced, and the total is incomplete."""
    charges = (
        Charge("doc", "Documents", "handling", "shipment", Fraction(3000)),
        Charge("fuel", "Fuel", "freight", "percent", Fraction(10)),
    )
    result = quote(card(charges=charges), Consignment((box(sides=None, label="mugs"),), DAY))
    assert [line.amount for line in result.lines] == [None, 3000, None]
    assert result.lines[0].needs == ("length, width and height of mugs",)
    assert not result.complete
    assert result.total.known == 3000


def test_a_measure_of_nothing_is_not_known():
    """Exports write 0 for what nobody weighed: it is asked for, and no cartons at all are a mistake."""
    told = quote(card(), Consignment((box(weight=0, label="mugs"),), DAY))
    assert told.lines[0].needs == ("packed weight of mugs",)
    with pytest.raises(ValueError, match="at least one"):
        box(0)


def test_a_weight_above_the_card_is_not_guessed():
    """A card that ends at 30 kg has no price for 31 kg."""
    bands = (Band(Fraction(0), Fraction(30), flat=Fraction(2000)),)
    result = quote(card(bands=bands), Consignment((box(weight=30_600),), DAY))
    assert result.lines[0].needs == ("a price for 31 kg (card X has none)",)


def test_a_quote_outside_the_card_dates_asks_for_a_card():
    """The price of a card that ended is not used."""
    result = quote(card(valid_to=date(2026, 2, 28)), Consignment((box(),), DAY))
    assert result.lines[0].needs == ("a rate card that holds on 2026-03-09",)


def test_only_the_dearest_of_a_group_is_charged_on_a_carton():
    """A carton that is long and heavy pays the dearer of the two oversize charges, the other cartons the one they meet."""
    charges = (
        Charge("heavy", "Heavy", "freight", "piece", Fraction(2000), when=Condition(weight_over=25_000), group="over"),
        Charge("long", "Long", "freight", "piece", Fraction(3000), when=Condition(longest_over=1200), group="over"),
    )
    both, heavy = box(2, 26_000, (1300, 300, 200)), box(1, 26_000)
    result = quote(card(charges=charges), Consignment((both, heavy), DAY))
    assert {line.label: line.amount for line in result.lines[1:]} == {"Heavy": 2000, "Long": 6000}


def test_residential_is_asked_for_when_nobody_said():
    """An unknown address is not taken for a business."""
    charges = (Charge("res", "Residential", "last_mile", "piece", Fraction(400), when=Condition(residential=True)),)
    asked = quote(card(charges=charges), Consignment((box(),), DAY))
    assert asked.lines[1].needs == ("whether the address is residential",)
    told = quote(card(charges=charges), Consignment((box(),), DAY, residential=False))
    assert len(told.lines) == 1


def test_peak_runs_over_new_year_and_dated_charges_follow_each_other():
    """A season from 15 October to 14 January, and a fuel rate that changes on a day."""
    peak = Charge("peak", "Peak", "freight", "piece", Fraction(150), when=Condition(season=((10, 15), (1, 14))))
    old = Charge("fuel", "Fuel", "freight", "percent", Fraction(10), valid_to=date(2026, 3, 31))
    new = replace(old, amount=Fraction(20), valid_from=date(2026, 4, 1), valid_to=None)
    rates = card(charges=(peak, old, new))
    for day, amounts in ((date(2026, 1, 14), [150, 500]), (DAY, [500]), (date(2026, 4, 1), [1000])):
        assert [line.amount for line in quote(rates, Consignment((box(),), day)).lines[1:]] == amounts


def test_insurance_is_a_share_of_the_value_in_the_card_currency():
    """0.3 % of 1,000 EUR at 1.10 is 3.30 USD; without the rate the line asks for it."""
    insured = card(charges=(Charge("ins", "Insurance", "insurance", "percent", Fraction(3, 10), of=("value",)),))
    goods = Consignment((box(),), DAY, value=100_000, value_currency="EUR")
    known = quote(insured, goods, rates={("EUR", "USD"): Fraction(11, 10)})
    assert known.lines[1].amount == 330
    assert quote(insured, goods).lines[1].needs == ("an exchange rate from EUR to USD",)
    assert quote(insured, replace(goods, value=None)).lines[1].needs == ("the value of the goods",)


def test_all_in_price_says_that_duty_is_inside():
    """双清包税: per kg with duty inside, 12 kg a carton at least, a surcharge on the battery cartons only."""
    rule = WeightRule(divisor=Fraction(6000), step=Fraction(1), piece_minimum=Fraction(12))
    bands = (Band(Fraction(21), None, rate=Fraction(1200)),)
    battery = Charge(
        "battery", "Battery", "freight", "unit", Fraction(200), when=Condition(goods=frozenset({"battery"}))
    )
    line = card(currency="CNY", weight=rule, bands=bands, edge="from", charges=(battery,), all_in=True)
    goods = (box(5, 9_000, (300, 300, 300)), box(2, 15_000, (300, 300, 300), goods=frozenset({"battery"})))
    result = quote(line, Consignment(goods, DAY))
    assert result.inside == ("duty", "import_tax")
    assert [x.amount for x in result.lines] == [90 * 1200, 30 * 200]  # five cartons count 12 kg, two weigh 15
    assert "no import tax can be recovered" in result.lines[0].explain()


def test_postcodes_decide_remote_areas():
    """A remote-area charge is due by the first letters of the postcode, whatever the spaces."""
    remote = card(
        charges=(Charge("rem", "Remote", "freight", "kg", Fraction(50), when=Condition(postcodes=("IV", "ZE"))),)
    )
    due = quote(remote, Consignment((box(),), DAY, postcode="iv1 1aa"))
    assert due.lines[1].amount == 500
    assert len(quote(remote, Consignment((box(),), DAY, postcode="SW1A 1AA")).lines) == 1
    assert quote(remote, Consignment((box(),), DAY)).lines[1].needs == ("the postcode of the destination",)


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ([(0, 45), (50, None)], "no price between 45 and 50 kg"),
        ([(0, 50), (45, None)], "two prices from 45 kg to 50 kg"),
        ([(5, None)], "no price below 5 kg"),
        ([(0, None), (10, None)], "two prices from 10 kg to the end"),
        ([(0, 0)], "the band ends at 0, where it begins"),
    ],
)
def test_gaps_and_overlaps_of_a_card_are_refused(bands: list[tuple[int, int | None]], words: str):
    """The refusal names the card, the zone and the stretch."""
    made = tuple(Band(Fraction(a), None if b is None else Fraction(b), rate=Fraction(1)) for a, b in bands)
    with pytest.raises(ProblemError, match=words):
        checked(card(bands=made))


def test_dated_cards_of_a_line_may_leave_no_hole():
    """A hole and an overlap between the cards of one line are found, and the card of a day is chosen."""
    march = card(id="a", valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 31))
    april = card(id="b", valid_from=date(2026, 4, 10), valid_to=date(2026, 4, 30))
    late = card(id="c", valid_from=date(2026, 4, 20))
    assert [p.message for p in gaps_and_overlaps([march, april, late])] == [
        "no card from 2026-04-01 to 2026-04-09",
        "two cards from 2026-04-20 on",
    ]
    assert card_on([march, april], DAY) is march
    assert "2 rate cards hold" in str(card_on([april, late], date(2026, 4, 25)))


def test_two_rates_of_one_charge_on_a_day_are_refused():
    """Overlapping fuel rates would be charged twice."""
    fuel = Charge("fuel", "Fuel", "freight", "percent", Fraction(10))
    with pytest.raises(ProblemError, match="two rates of one charge"):
        checked(card(charges=(fuel, replace(fuel, amount=Fraction(12), valid_from=DAY))))


def test_a_card_that_cannot_be_read_says_where():
    """Wrong unit, wrong number, missing field, broken file: the field is named."""
    head = 'id = "C"\nmode = "air"\ncurrency = "USD"\n'
    for text, field in (
        ('weight = { unit = "st" }\nband = [{ over = 0, rate = 1 }]', "weight.unit"),
        ('band = [{ over = "x", rate = 1 }]', "over"),
        ("band = [{ rate = 1 }]", "over"),
        ('[[charge]]\ncode = "f"\namount = 1\nper = "each"', "f"),
        ('[[charge]]\ncode = "f"\namount = 1\nwhen = { goods = "battery" }', "goods"),
        ('[[charge]]\ncode = "f"\namount = 1\nwhen = { season = ["10-15"] }', "season"),
        ('[[charge]]\ncode = "f"\namount = 1\nwhen = { season = ["13-40", "1-1"] }', "season"),
        ('[[charge]]\ncode = "f"\namount = 1\nconfidence = "certain"', "confidence"),
        ("weight = { divisor = 0 }\nband = [{ over = 0, rate = 1 }]", "weight.divisor"),
        ('container = [{ kind = "20GP", price = 1, cbm = 0, payload_kg = 1 }]', "container"),
        ('valid_from = "May"\nband = [{ over = 0, rate = 1 }]', "valid_from"),
    ):
        with pytest.raises(ProblemError) as caught:
            read_card(head + text)
        assert caught.value.problems[0].field == field
    with pytest.raises(ProblemError, match="not valid TOML"):
        read_card("id = ")


def test_a_sheet_of_zones_becomes_bands():
    """Rows of a zone table price by zone; a zone that is not in it has no price."""
    rows = [
        {"zone": zone, "over": str(over), "upto": str(over + 1), "flat": flat}
        for zone, flats in (("2", ("5.00", "6.10")), ("8", ("9.80", "12.00")))
        for over, flat in enumerate(flats)
    ]
    text = 'id = "P"\nmode = "parcel"\ncurrency = "USD"\nper_piece = true\nweight = { unit = "lb", step = 1 }'
    zones = read_card(text, rows)
    parcel = Consignment((box(3, 600),), DAY, zone="8")
    assert quote(zones, parcel).lines[0].amount == 3600
    assert quote(zones, replace(parcel, zone="5")).lines[0].amount is None


def test_legs_part_the_way_to_the_border_from_what_follows():
    """Destination terminal and deconsolidation are onward: a CIF customs value leaves them out."""
    text = """
    id = "LCL"
    mode = "sea_lcl"
    currency = "USD"
    transit_days = [26, 35]
    weight = { unit = "rt", divisor = 1000, minimum = 1 }
    band = [{ over = 0, rate = 75 }]
    charge = [
      { code = "ocfs", component = "handling", per = "unit", amount = 10 },
      { code = "dcfs", component = "handling", per = "unit", amount = 25, leg = "onward" },
      { code = "door", component = "last_mile", amount = 90, leg = "after" },
    ]
    """
    told = quote(read_card(text), Consignment((box(10, 12_000, (500, 400, 500)),), DAY))
    assert [[x.amount for x in told.of_leg(leg)] for leg in ("border", "onward", "after")] == [
        [7500, 1000],
        [2500],
        [9000],
    ]
    assert told.card.transit_days == (26, 35)
    for wrong in ('leg = "sea"', "transit_days = [9, 3]"):
        with pytest.raises(ProblemError):
            read_card(f'id = "L"\nmode = "sea"\ncurrency = "USD"\nband = [{{ over = 0, rate = 1 }}]\n{wrong}')
