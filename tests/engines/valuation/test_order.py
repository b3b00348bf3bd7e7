"""What cannot be folded is refused by name; the order of the input does not matter, nor how things are numbered."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
import pytest

from entrepot.engines.valuation import CostShares, Kind, Movements, value

RECEIPT: dict[str, Any] = {"movement": 1, "item": 7, "to_cell": 0, "quantity": 5, "at": 10, "kind": Kind.RECEIPT}


def movements(*rows: dict[str, Any]) -> Movements:
    return Movements.from_frame(pl.DataFrame([RECEIPT | row for row in rows], schema_overrides={"kind": pl.Int8}))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"kind": 99}, "kind 99 is unknown"),
        ({"quantity": 0}, "quantity is 0"),
        ({"quantity": 2**31}, "less than 2³¹"),
        ({"from_cell": 3}, "ends (3 → 0)"),
        ({"kind": Kind.SALE}, "ends (-1 → 0)"),
        ({"share": -1}, "share is -1"),
        ({"event": 4}, "only conversions have an event"),
        ({"kind": Kind.CONVERSION_OUT, "share": 1}, "every conversion needs one"),
    ],
)
def test_a_movement_that_contradicts_itself_is_named(row: dict[str, Any], says: str) -> None:
    """The error names the movement and what is wrong with it."""
    with pytest.raises(ValueError, match="movement 4711.*" + re.escape(says)):
        value(movements({}, row | {"movement": 4711}), CostShares.empty())


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"kind": Kind.CONVERSION_OUT, "share": 1}], "consumes nothing"),
        ([{"kind": Kind.CONVERSION_IN, "from_cell": 0, "to_cell": -1}], "produces nothing"),
        (
            [{"kind": Kind.CONVERSION_IN, "from_cell": 0, "to_cell": -1}, {"kind": Kind.CONVERSION_OUT, "movement": 3}],
            "no share",
        ),
        (
            [
                {"kind": Kind.CONVERSION_IN, "from_cell": 0, "to_cell": -1},
                {"kind": Kind.CONVERSION_OUT, "movement": 3, "share": 1, "at": 11},
            ],
            "apart in time",
        ),
    ],
)
def test_a_conversion_that_contradicts_itself_is_named(rows: list[dict[str, Any]], says: str) -> None:
    """The error names the event and what is wrong with it."""
    with pytest.raises(ValueError, match=f"conversion event 55.*{says}"):
        value(movements(*({"movement": 2, "event": 55} | row for row in rows)), CostShares.empty())


@pytest.mark.parametrize("numbers", [(1, 1), (1, 10**15, 10**15)])
def test_a_number_that_comes_twice_is_named(numbers: tuple[int, ...]) -> None:
    """Movement numbers are unique, whether they lie close together or far apart."""
    with pytest.raises(ValueError, match=f"movement {numbers[-1]} comes twice"):
        value(movements(*({"movement": number} for number in numbers)), CostShares.empty())


def test_columns_are_checked_by_name() -> None:
    """A missing, unknown, shorter or empty column is named."""
    with pytest.raises(ValueError, match="'quantity' is missing"):
        Movements.build(movement=[1], item=[1], at=[1], kind=[2])
    with pytest.raises(ValueError, match="no column 'colour'"):
        Movements.build(movement=[1], colour=[1])
    with pytest.raises(ValueError, match="'at' has 1 rows, 'movement' has 2"):
        Movements.build(movement=[1, 2], item=[1, 1], quantity=[1, 1], at=[1], kind=[2, 2])
    with pytest.raises(ValueError, match="'item' has 1 empty"):
        Movements.from_frame(pl.DataFrame({"movement": [1], "item": [None]}))


def test_empty_cells_of_optional_columns_are_their_defaults() -> None:
    """Null ends, links and lots in a frame mean outside and none."""
    frame = pl.DataFrame(
        {"movement": [1], "item": [1], "from_cell": [None], "to_cell": [4], "quantity": [2], "at": [0], "kind": [2]}
        | {name: pl.Series([None], dtype=pl.Int64) for name in ("of", "lot", "event", "share")}
    )
    assert value(Movements.from_frame(frame), CostShares.empty()).stock_units.rows() == [(1, 4, 2, 2)]


def test_nothing_in_nothing_out() -> None:
    """No movements at all: every frame is there, and empty; costs without targets are reported."""
    costs = CostShares.build(line=[1], component=[0], movement=[1], amount=[100])
    v = value(Movements.build(movement=[], item=[], quantity=[], at=[], kind=[]), costs)
    for frame in (v.layers, v.parents, v.issues, v.layer_costs, v.movement_costs(), v.stock(), v.stock_layers()):
        assert frame.is_empty()
    assert v.totals() == {"stock": 0, "left": 0, "unplaced": 100}


def test_numbers_of_items_cells_and_movements_do_not_matter() -> None:
    """Numbers that lie far apart give the same figures as small ones."""
    near = [{}, {"movement": 2, "to_cell": -1, "from_cell": 0, "kind": Kind.SALE, "quantity": 3, "at": 11}]
    far = [
        {"movement": 10**15, "item": 10**14, "to_cell": 10**13},
        {"movement": 5, "item": 10**14, "to_cell": -1, "from_cell": 10**13, "kind": Kind.SALE, "quantity": 3, "at": 11},
    ]
    cost = {"line": [1], "component": [0], "amount": [100]}
    small = value(movements(*near), CostShares.build(movement=[1], **cost))
    large = value(movements(*far), CostShares.build(movement=[10**15], **cost))
    assert small.movement_costs().drop("movement").equals(large.movement_costs().drop("movement"))
    assert large.stock().rows() == [(10**14, 10**13, 0, 40, 2, 0)]


def test_the_age_of_units_survives_moves_and_conversions() -> None:
    """first_born_at is when the units first came in: through transfers, and the oldest part of a conversion."""
    v = value(
        movements(
            {},
            {"movement": 2, "kind": Kind.TRANSFER, "from_cell": 0, "to_cell": 1, "quantity": 4, "at": 20},
            {
                "movement": 3,
                "kind": Kind.CONVERSION_IN,
                "from_cell": 1,
                "to_cell": -1,
                "at": 30,
                "event": 1,
                "quantity": 4,
            },
            {"movement": 4, "item": 8, "kind": Kind.CONVERSION_OUT, "to_cell": 1, "at": 30, "event": 1, "share": 1},
        ),
        CostShares.empty(),
    )
    assert v.layers.select("movement", "born_at", "first_born_at").rows() == [(1, 10, 10), (2, 20, 10), (4, 30, 10)]


def test_money_near_the_bound_of_a_stored_amount_is_exact() -> None:
    """An amount near 2⁶² over many units splits without a wrapped product."""
    amount, n = 2**62 - 1, 2_000_000_011
    moves = movements(
        {"quantity": n}, {"movement": 2, "kind": Kind.SALE, "from_cell": 0, "to_cell": -1, "quantity": 7, "at": 11}
    )
    v = value(moves, CostShares.build(line=[1], component=[0], movement=[1], amount=np.array([amount])))
    assert v.totals()["left"] == (2 * amount * 7 + n) // (2 * n)
    assert v.totals()["left"] + v.totals()["stock"] == amount
