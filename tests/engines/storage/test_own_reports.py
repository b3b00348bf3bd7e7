"""The seller's own reports: every spelling of a column, measures, what cannot be read, and their use in a quote."""

from datetime import date
from fractions import Fraction

from entrepot.engines.storage import Asked, fee_preview, fulfilment, returns_processing, storage_charges
from entrepot.engines.storage.model import OwnFigure, Unit
from entrepot.rules.platform_fees import platform_fees

ON = date(2026, 5, 1)
BOOK = platform_fees()
ROW = {"sku": "MUG", "fnsku": "X1", "currency": "EUR", "sales-price": "12.99"}


def test_the_domestic_fee_is_read_and_never_the_price():
    """Newer European files spell it domestic-fulfilment; the sales price beside it is not taken for it."""
    new = fee_preview([{**ROW, "expected-domestic-fulfilment-fee-per-unit": "2.18"}], ON)
    assert new.figures["MUG", "fulfilment"] == OwnFigure(Fraction(218), "EUR", ON, "Fee preview of 2026-05-01")
    assert fee_preview([ROW], ON).figures == {}


def test_missing_values_give_no_figure_and_bad_ones_a_problem():
    """``--`` is no figure; a decimal comma and an unknown currency are told with line and field."""
    column = "expected-fulfillment-fee-per-unit"
    told = fee_preview(
        [{**ROW, column: "--"}, {**ROW, column: "2,18"}, {**ROW, column: "2.18", "currency": "EURO"}], ON
    )
    assert told.figures == {}
    assert [(p.line, p.field, p.found) for p in told.problems] == [(3, column, "2,18"), (4, "currency", "EURO")]


def test_unmeasured_units_stay_unmeasured():
    """A unit of measure that is not known is not guessed."""
    row = {**ROW, "longest-side": "5", "median-side": "4", "shortest-side": "3", "unit-of-dimension": "spans"}
    assert fee_preview([row], ON).units["MUG"] == Unit("MUG", None, None, None, None)


def test_storage_without_a_known_sku_is_told():
    """A row of an FNSKU that no preview named is a problem, not a loss."""
    row = {"fnsku": "X9", "average_quantity_on_hand": "3", "estimated_monthly_storage_fee": "1.00", "currency": "USD"}
    told = storage_charges([row, {**row, "fnsku": "X1", "average_quantity_on_hand": "0"}], {"X1": "MUG"}, ON)
    assert [p.found for p in told.problems] == ["X9"]
    assert told.figures == {}


def test_the_report_prices_the_quote():
    """A fee preview read from a file overrides the table in a quote."""
    told = fee_preview([{**ROW, "expected-fulfillment-fee-per-unit": "5.11", "currency": "USD"}], ON)
    line = fulfilment(Asked(told.units["MUG"], "US", ON, 1999), BOOK, told.figures)[0]
    assert line.amount == 511
    assert "Fee preview of 2026-05-01" in line.explain()


def test_returns_processing_asks_unless_the_seller_knows():
    """No table was found: the line asks; the seller's figure answers."""
    asked = Asked(Unit("MUG", 420, 130, 110, 100), "US", ON, count=3)
    assert "returns_processing" in returns_processing(asked, BOOK).needs[0]
    own = {("MUG", "returns_processing"): OwnFigure(Fraction(205), "USD", ON, "settlement")}
    assert returns_processing(asked, BOOK, own).amount == 615
