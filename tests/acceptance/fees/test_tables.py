"""Published platform fees as tables: what is given, what to expect, and the page where it was read."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from entrepot.core.measures import INCH, POUND
from entrepot.core.money import minor
from entrepot.engines.storage import (
    Asked,
    Unit,
    age_row,
    fulfilment,
    low_inventory,
    overage,
    removal,
    sized,
    storage_rows,
)
from entrepot.rules.platform_fees import platform_fees

Table = dict[str, Any]
TABLE: dict[str, list[Table]] = tomllib.loads((Path(__file__).parent / "platform.toml").read_text(encoding="utf-8"))
BOOK = platform_fees()


def asked(case: Table, **more: Any) -> Asked:
    """The unit of a case, measured to the nearest gram and mm."""
    sides = [round(Fraction(side) * INCH) for side in case["inch"]]
    return Asked(
        Unit("X", round(Fraction(case["lb"]) * POUND), *sides), case.get("marketplace", "US"), case["on"], **more
    )


def cases(kind: str) -> Any:
    """The cases of a kind, named by their titles."""
    return pytest.mark.parametrize("case", TABLE[kind], ids=lambda c: c["title"])


@cases("size")
def test_size_tier(case: Table):
    """Tier, or class of tiers."""
    found = sized(asked(case), BOOK)
    assert not isinstance(found, tuple)
    assert found.tier.size_class == case.get("size_class", found.tier.size_class)
    assert found.tier.tier == case.get("tier", found.tier.tier)


@cases("fulfilment")
def test_fulfilment(case: Table):
    """Fee of one unit; where the page prints the base alone, one started pound comes on top."""
    line = fulfilment(asked(case, price=minor(case["price"], "USD")), BOOK)[0]
    assert line.amount == minor(case["fee"], "USD") + (38 if case.get("weight_above_base") else 0)


@cases("removal")
def test_removal(case: Table):
    """Removal or disposal of one unit."""
    assert removal(asked(case), BOOK).amount == minor(case["fee"], "USD")


@cases("aged")
def test_age_rate(case: Table):
    """Rate of an age, and its least amount a unit."""
    row = age_row(
        storage_rows(BOOK, "US", "aged_inventory_surcharge", "standard", case["on"]), case["age"], apparel=False
    )
    assert row is not None
    assert not isinstance(row, str)
    assert row.rate == Fraction(case["rate"]) * 100
    assert row.min_per_unit == (Fraction(case["per_unit"]) * 100 if "per_unit" in case else None)


@cases("storage")
def test_storage_rate(case: Table):
    """Rate of a month."""
    rows = storage_rows(BOOK, "US", "monthly_storage", case["size_class"], case["on"])
    assert [row.rate for row in rows] == [Fraction(case["rate"]) * 100]


@cases("overage")
def test_overage(case: Table):
    """Volume above the limit for a whole month."""
    (row,) = storage_rows(BOOK, case["marketplace"], "storage_overage", "standard", case["on"])
    assert overage(Fraction(case["used"]), Fraction(case["limit"]), row) == minor(case["fee"], row.currency)


@cases("low_inventory")
def test_low_inventory(case: Table):
    """Fee of the units shipped; none where one cover suffices."""
    told = low_inventory(
        asked(case, count=case["units"]), BOOK, Fraction(case["short_cover"]), Fraction(case["long_cover"])
    )
    assert (told.amount if told else 0) == minor(case["fee"], "USD")


def test_every_case_names_its_page():
    """None is from memory."""
    assert all(case["address"].startswith("http") for kind in TABLE.values() for case in kind)
