"""What an entry pays: stacking, limits at their edges, what is not known, and what a person may settle."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from entrepot.core.errors import ProblemError
from entrepot.engines.duty import Entry, Goods, Reach, assess
from entrepot.rules import rule_book

BOOK = rule_book()
SHIRT = Goods("shirt", 100, 100_000, "USD", hs="6109.10.00", origin="CN")
AUGUST = Entry("US", date(2026, 8, 1), (SHIRT,), mode="sea", freight=0, insurance=0)


def nothing(_a: str, _b: str) -> Fraction | None:
    """No exchange rate is known."""
    return None


def _euro(value: int, **more: object) -> Entry:
    goods = Goods("x", 1, value, "EUR", duty_rate=Fraction(1, 10), hs=str(more.pop("hs", "")))
    return replace(Entry("DE", date(2025, 5, 2), (goods,), freight=0, insurance=0), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("value", "duty"), [(14_999, 0), (15_000, 0), (15_001, 1_500)])
def test_the_edge_of_a_limit(value: int, duty: int) -> None:
    """150 euro is still free, a cent more pays on all of it; carriage does not count for the limit."""
    assert assess(BOOK, _euro(value, freight=0), nothing).figures["duty"].amount == duty
    assert assess(BOOK, _euro(14_000, freight=5_000), nothing).figures["duty"].amount == 0


def test_flat_duty_counts_headings() -> None:
    """Three units of two headings are two times three euro; without a heading one must ask."""
    lines = tuple(Goods(f"g{i}", 1, 1_000, "EUR", hs=h) for i, h in enumerate(("620610", "6206.10", "640411")))
    entry = Entry("FR", date(2026, 9, 1), lines, "ioss", freight=0, insurance=0)
    assert assess(BOOK, entry, nothing).figures["duty"].amount == 600
    open_ = assess(BOOK, replace(entry, goods=(*lines, Goods("h", 1, 1_000, "EUR"))), nothing)
    assert open_.figures["duty"].amount is None


def test_alcohol_is_not_relieved() -> None:
    """The limit does not hold for the chapters it leaves out."""
    assert assess(BOOK, _euro(5_000, hs="2204"), nothing).figures["duty"].amount == 500


def test_origin_decides_added_duties() -> None:
    """Vietnam pays the forced-labour duty and no list; the Union only up to its cap; a certificate of USMCA nothing."""

    def duty(origin: str, programme: str = "") -> int | None:
        goods = replace(SHIRT, origin=origin, programme=programme)
        return assess(BOOK, replace(AUGUST, goods=(goods,)), nothing).figures["duty"].amount

    assert duty("CN") == 36_500
    assert duty("VN") == 29_000
    assert duty("DE") == 16_500
    assert duty("US") == 16_500
    assert duty("MX") == 26_500
    assert duty("MX", "USMCA") == 0


def test_unknown_origin_is_asked_for() -> None:
    """The ordinary duty is shown, the added ones ask, and the sum is not known."""
    found = assess(BOOK, replace(AUGUST, goods=(replace(SHIRT, origin=""),)), nothing)
    assert found.figures["duty"].amount is None
    assert "country of origin" in found.figures["duty"].needs
    assert next(n.amount for n in found.lines if n.label == "Duty") == 16_500


def test_what_is_not_settled_can_be_settled() -> None:
    """A heading on the proposed list of exemptions asks; a person's answer counts either way."""
    goods = replace(SHIRT, hs="8507.60.00")
    entry = replace(AUGUST, goods=(goods,), on=date(2026, 8, 2))
    asked = assess(BOOK, entry, nothing)
    unsettled = {f.measure for f in asked.findings if f.reach is Reach.UNSETTLED}
    assert {"us.301.forced_labour.high", "us.301.china.review.2026"} <= unsettled
    yes = assess(BOOK, replace(entry, confirmed=dict.fromkeys(unsettled, True)), nothing)
    no = assess(BOOK, replace(entry, confirmed=dict.fromkeys(unsettled, False)), nothing)
    assert (yes.figures["duty"].amount, no.figures["duty"].amount) == (3_400 + 12_500 + 25_000, 3_400)


def test_metal_takes_the_place_of_other_duties() -> None:
    """Steel of annex 1b pays Section 232 and neither Section 122 nor the forced-labour duty."""
    found = assess(BOOK, replace(AUGUST, goods=(replace(SHIRT, hs="7323.93.00"),)), nothing)
    reach = {f.measure: f.reach for f in found.findings}
    assert reach["us.232.metals.1b"] is Reach.CHARGED
    assert reach["us.301.forced_labour.high"] is Reach.YIELDS
    assert found.figures["duty"].amount == 2_000 + 25_000


def test_a_compound_rate_asks_for_its_parts() -> None:
    """51¢ each + 6.25% on the case + 5.3% on the battery: without the parts' values a question, with them a sum."""
    watch = Goods("watch", 10, 500_000, "USD", hs="9101.11.40", origin="AU")
    entry = replace(AUGUST, goods=(watch,), on=date(2025, 3, 3))
    open_ = assess(BOOK, entry, nothing)
    assert any("value of the" in n for n in open_.figures["duty"].needs)
    parts = {"case and strap, band or bracelet": 400_000, "battery": 10_000}
    full = assess(BOOK, replace(entry, goods=(replace(watch, parts=parts),)), nothing)
    assert full.figures["duty"].amount == 510 + 25_000 + 530


def test_dates_before_the_book() -> None:
    """The answer is a question with the reason, not a guess."""
    found = assess(BOOK, replace(_euro(50_000), destination="GB", on=date(2004, 1, 1)), lambda _a, _b: Fraction(4, 5))
    assert found.figures["customs_value"].amount is None
    assert "has none of that day" in found.figures["customs_value"].needs[0]


def test_missing_freight_matters_only_where_it_counts() -> None:
    """Germany values CIF and must ask; the United States value FOB and need not."""
    german = assess(BOOK, replace(_euro(50_000), freight=None), nothing)
    assert german.figures["duty"].amount is None
    assert "freight to the border" in german.figures["duty"].needs
    american = assess(BOOK, replace(AUGUST, freight=None), nothing)
    assert american.figures["duty"].amount == 36_500
    assert american.figures["landed"].amount is None


def test_a_country_without_rules() -> None:
    """Refused with those that there are."""
    with pytest.raises(ProblemError) as error:
        assess(BOOK, replace(AUGUST, destination="ZZ"), nothing)
    assert error.value.problems[0].code == "unknown_destination"


def test_the_explanation_names_rules() -> None:
    """Every line of a sum says its rule; a figure that is not there is an error of the caller."""
    found = assess(BOOK, AUGUST, nothing)
    lines = found.explain("duty")
    assert lines[0] == "duty: 365.00 USD"
    assert all("Rule: us." in line for line in lines[1:])
    with pytest.raises(KeyError):
        found.explain("nonsense")


def test_a_fee_that_is_not_due_is_nothing_and_one_of_which_one_must_ask_is_not() -> None:
    """No harbour fee by air; on a small consignment of unknown origin of June 2025 one cannot say."""
    assert assess(BOOK, replace(AUGUST, mode="air"), nothing).figures["harbor_maintenance_fee"].amount == 0
    small = replace(AUGUST, on=date(2025, 6, 1), goods=(replace(SHIRT, value=50_000, origin=""),))
    assert assess(BOOK, small, nothing).figures["harbor_maintenance_fee"].amount is None


def test_a_country_without_rules_of_imports_is_not_taken_for_one_without_tax() -> None:
    """The book has China's exports only: the tax of an import there is asked for; that of the United States is none."""
    goods = Goods("box", 1, 100_000, "CNY", duty_rate=Fraction(1, 10))
    china = assess(rule_book(), Entry("CN", date(2026, 3, 2), (goods,), freight=0, insurance=0), lambda _a, _b: None)
    assert china.figures["import_tax"].amount is None
    assert "has none" in china.figures["import_tax"].needs[0]
