"""Labels as PDF: pages, places, codes that scanners read."""

from __future__ import annotations

import pytest

from entrepot.channels.labels import CartonLabel, UnitLabel, bars, carton_labels, layouts, unit_labels
from entrepot.core.errors import ProblemError

MUG = UnitLabel("X001ABCDEF", "陶瓷马克杯 350 ml 奶油色 Stoneware mug with a long name", "New")


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")


@pytest.mark.parametrize("code", sorted(layouts()))
def test_labels_stand_on_their_page(code: str) -> None:
    """Every place of every layout lies inside the page, and no two overlap."""
    layout = layouts()[code]
    corners = [layout.corner(place) for place in range(layout.places)]
    width, height = layout.label_mm
    assert all(x >= -0.01 and x + width <= layout.page_mm[0] + 0.01 for x, _ in corners)
    assert all(y >= -0.01 and y + height <= layout.page_mm[1] + 0.01 for _, y in corners)
    assert len({(round(x, 3), round(y, 3)) for x, y in corners}) == layout.places


def test_sheets_are_filled_from_the_first_free_place() -> None:
    """45 labels take two sheets of 44; 43 used places and two labels take two as well; the same twice is the same file."""
    assert pages(unit_labels([MUG] * 44, "a4_44")) == 1
    assert pages(unit_labels([MUG] * 45, "a4_44")) == 2
    assert pages(unit_labels([MUG] * 2, "a4_44", skip=43)) == 2
    assert unit_labels([MUG], "letter_30") == unit_labels([MUG], "letter_30")


def test_codes_that_cannot_be_read_are_refused() -> None:
    """Chinese letters are no Code 128, and forty characters do not fit a label of 48 mm."""
    for code, wrong in (("杯子", "not_a_barcode"), ("A" * 40, "barcode_too_long"), ("", "not_a_barcode")):
        with pytest.raises(ProblemError) as caught:
            unit_labels([UnitLabel(code, "x")], "a4_44")
        assert caught.value.problems[0].code == wrong


def test_bars_say_the_code() -> None:
    """The symbols' values give the code back, with start, check sum and stop as ISO/IEC 15417 says."""
    drawn = bars("X001ABCDEF", 48.5)
    drawn.validate()
    drawn.encode()
    start, *data, check, stop = drawn.encoded
    assert (start, stop) == (104, 106)
    assert check == (start + sum(place * value for place, value in enumerate(data, 1))) % 103
    assert "".join(chr(value + 32) for value in data) == "X001ABCDEF"
    assert drawn.width + 20 * drawn.barWidth <= 48.5 * 72 / 25.4 + 0.01  # quiet zones included


def test_cartons_each_have_a_page() -> None:
    """One 4 × 6 inch page a carton; none at all is refused."""
    label = CartonLabel("SH-1-001", "SH-1", "1 / 12", "龙华仓", "FBA US", ("MUG × 24",))
    assert pages(carton_labels([label] * 3)) == 3
    with pytest.raises(ProblemError):
        carton_labels([])
