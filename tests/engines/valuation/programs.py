"""Random small ledgers for tests: lists of plain dictionaries that both the engine and the exact model take."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from entrepot.engines.valuation import CostShares, Kind, Movements

Row = dict[str, Any]
NAMES = [kind.name for kind in Kind if not kind.name.startswith("CONVERSION")] + ["CONVERSION"] * 2
COMMON = ["RECEIPT", "SALE", "TRANSFER", "RETURN"] * 3

STEP = st.tuples(
    st.sampled_from(NAMES + COMMON),
    st.integers(0, 2),  # item
    st.integers(0, 2),  # cell
    st.integers(0, 2),  # other cell
    st.integers(1, 9),  # quantity
    st.integers(0, 12),  # instant
    st.integers(0, 9),  # late, when 0
    st.integers(0, 3),  # document key
    st.integers(0, 60),  # which movement it is of, or names as its lot
)
COST = st.tuples(
    st.integers(0, 12),  # line
    st.integers(0, 70),  # movement
    st.integers(0, 4),  # side: issue when 0
    st.integers(-3000, 9000),
    st.integers(0, 5),  # internal, when 0
)


@st.composite
def ledgers(draw: st.DrawFn, steps: int = 40) -> tuple[list[Row], list[Row]]:
    """Movements and cost shares."""
    moves: list[Row] = []
    for step in draw(st.lists(STEP, min_size=1, max_size=steps)):
        moves += movements_of(len(moves) + 1, step)
    costs = [
        {
            "line": line,
            "component": line % 3,
            "movement": target % (len(moves) + 2),
            "side": int(side == 0),
            "amount": amount,
            "internal": int(internal == 0 and line % 3 == 0),
        }
        for line, target, side, amount, internal in draw(st.lists(COST, max_size=30))
    ]
    return moves, costs


def movements_of(number: int, step: tuple[Any, ...]) -> list[Row]:
    """One step → one movement, or the four rows of a conversion."""
    name, item, cell, other, quantity, at, late, document, named = step
    row = {
        "movement": number,
        "item": item,
        "from_cell": -1,
        "to_cell": -1,
        "quantity": quantity,
        "at": at,
        "late": int(late == 0),
        "document_key": document,
        "line": 0,
        "ordinal": 0,
        "of": -1,
        "lot": -1,
        "event": -1,
        "share": 0,
    }
    if name == "CONVERSION":
        row |= {"event": number}
        rows = [
            row | {"kind": "CONVERSION_IN", "from_cell": cell},
            row | {"kind": "CONVERSION_IN", "from_cell": other, "item": (item + 1) % 3, "ordinal": 1},
            row | {"kind": "CONVERSION_OUT", "to_cell": cell, "item": (item + 2) % 3, "share": quantity, "ordinal": 2},
            row | {"kind": "CONVERSION_OUT", "to_cell": other, "share": late, "quantity": 1 + late, "ordinal": 3},
        ]
        chosen = [rows[0], *rows[1 : 2 if named % 2 else 1], rows[2], *rows[3 : 4 if named % 3 else 3]]
        return [r | {"movement": number + i} for i, r in enumerate(chosen)]
    kind = Kind[name]
    row["kind"] = name
    row["from_cell"] = -1 if kind.births else cell
    row["to_cell"] = cell if kind.births else other if kind.moves_within else -1
    if kind in (Kind.RETURN, Kind.INTERCOMPANY_RECEIPT, Kind.SUPPLIER_RETURN):
        row["of"] = named
    elif named % 4 == 0:
        row["lot"] = named // 4
    return [row]


def as_movements(rows: list[Row]) -> Movements:
    """Rows → the engine's columns."""
    columns = {name: [row[name] for row in rows] for name in Movements.TYPES if name != "kind"}
    return Movements.build(**columns, kind=[Kind[row["kind"]] for row in rows])


def as_costs(rows: list[Row]) -> CostShares:
    """Rows → the engine's columns."""
    return CostShares.build(**{name: [row[name] for row in rows] for name in CostShares.TYPES})
