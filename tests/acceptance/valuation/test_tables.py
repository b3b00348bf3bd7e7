"""Published examples as tables: every `.toml` beside this file says what is given, what to expect, and its source."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from entrepot.core.components import COMPONENTS, NAMES
from entrepot.core.money import convert, minor
from entrepot.engines.valuation import CostShares, Kind, Movements, Side, Valuation, prior_period, value

Table = dict[str, Any]
TABLES = sorted(Path(__file__).parent.glob("*.toml"))
CASES = [
    pytest.param(table, expect, id=f"{path.stem}: {expect['title']}")
    for path in TABLES
    for table in [tomllib.loads(path.read_text(encoding="utf-8"))]
    for expect in table["expect"]
]
MONTHS = [(year, month) for year in (2025, 2026) for month in range(1, 13)]
END = "9999-12-31"


def instant(day: str) -> int:
    """Midnight that begins the day, µs."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000_000


def facts(table: Table, at: str, known: str) -> tuple[Movements, CostShares, dict[str, int], dict[str, int]]:
    """Cut by (at, known); a fact of a closed period learned after its closing goes to the open one's first instant."""
    names: dict[str, int] = {}
    items = {m["item"]: names.setdefault(m["item"], len(names)) for m in table["movements"]}
    cells: dict[str, int] = {}
    rows = []
    closed = table.get("closed", {"end": "0001-01-01", "on": END})
    for m in table["movements"]:
        late = m["at"] < closed["end"] and m.get("known", m["at"]) > closed["on"]
        folds = closed["end"] if late else m["at"]
        if folds > at or m.get("known", m["at"]) > known:
            continue
        ends = {f"{end}_cell": cells.setdefault(m[end], len(cells)) for end in ("from", "to") if end in m}
        links = {name: m[name] for name in ("of", "lot", "event", "share", "line") if name in m}
        rows.append(
            {
                "movement": m["no"],
                "kind": Kind[m["kind"]],
                "item": items[m["item"]],
                "quantity": m["quantity"],
                "at": instant(folds),
                "late": int(late),
                **ends,
                **links,
            }
        )
    names_of_lines = {c["line"]: number for number, c in enumerate(table["costs"])}
    shares = [
        {
            "line": names_of_lines[c["line"]],
            "component": COMPONENTS[c["component"]],
            "movement": c["on"],
            "side": Side[c.get("side", "BIRTH")],
            "amount": amount(c),
            "internal": c.get("internal", 0),
        }
        for c in table["costs"]
        if c.get("known", "0001-01-01") <= known
    ]
    return columns(Movements, rows), columns(CostShares, shares), items, cells


def amount(cost: Table) -> int:
    """Minor units of the base currency, USD; a foreign amount is converted once and whole."""
    if "foreign" in cost:
        return convert(minor(cost["foreign"], cost["currency"]), cost["currency"], "USD", Fraction(cost["rate"]))
    return cost["amount"]


def columns(kind: Any, rows: list[Table]) -> Any:
    """Rows of dictionaries → columns; a name that no row has keeps its default."""
    used = [name for name in kind.TYPES if any(name in row for row in rows) or name not in kind.DEFAULTS]
    return kind.build(**{name: [row.get(name, kind.DEFAULTS.get(name)) for row in rows] for name in used})


def valuation(table: Table, expect: Table, known: str) -> tuple[Valuation, dict[str, int], dict[str, int]]:
    moves, costs, items, cells = facts(table, expect.get("at", END), known)
    months = [instant(f"{year}-{month:02}-01") for year, month in MONTHS]
    method = expect.get("method", "fifo")
    v = value(moves, costs, method=method, group=expect.get("group", False), month_starts=months)
    assert sum(v.totals().values()) == sum(costs.amount[(costs.internal == 0) | (not v.group)])
    return v, items, cells


def figures(rows: list[Table], *keys: str) -> dict[Any, Table]:
    """Long rows (one a component) → per key a dictionary of what is not 0."""
    found: dict[Any, Table] = {}
    for row in rows:
        entry = found.setdefault(tuple(row[key] for key in keys), {"units": row["units"]})
        entry |= {name: row[name] for name in ("missing", "uncosted") if row.get(name)}
        if row["component"] is not None:
            entry[NAMES[row["component"]]] = row["amount"]
    return found


@pytest.mark.parametrize(("table", "expect"), CASES)
def test_table(table: Table, expect: Table) -> None:
    """Costs of what left, stock, what waits and what reached nothing are exactly those of the table."""
    v, items, cells = valuation(table, expect, expect.get("known", END))
    item_names, cell_names = ({number: name for name, number in names.items()} for names in (items, cells))
    if "left" in expect:
        wanted = {(row["no"],): {k: n for k, n in row.items() if k != "no"} for row in expect["left"]}
        assert figures(v.movement_costs().rows(named=True), "movement") == wanted
    if "stock" in expect:
        wanted = {
            (row["item"], row["cell"]): {k: n for k, n in row.items() if k not in ("item", "cell")}
            for row in expect["stock"]
        }
        rows = [r | {"item": item_names[r["item"]], "cell": cell_names[r["cell"]]} for r in v.stock().rows(named=True)]
        assert figures(rows, "item", "cell") == wanted
    if "reported" in expect:
        was, *_ = valuation(table, expect, expect["reported"])
        rows = prior_period(was, v).select("item", "component", "stock", "left").rows(named=True)
        named = [r | {"item": item_names[r["item"]], "component": NAMES[r["component"]]} for r in rows]
        assert named == expect["adjustment"]
    if "left" in expect:  # a table that shows results shows all of them
        assert v.waiting["movement"].to_list() == expect.get("waiting", [])
        lines = [c["line"] for c in table["costs"]]
        there = {m["no"] for m in table["movements"] if m["at"] <= expect.get("at", END)}
        unplaced = [
            {"line": lines[row["line"]], "amount": row["amount"]}
            for row in v.unplaced.rows(named=True)
            if row["movement"] in there
        ]
        assert "unplaced" not in expect or unplaced == expect["unplaced"]


def test_every_table_names_its_source() -> None:
    """Each table says where its figures come from."""
    assert TABLES
    for path in TABLES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert table["title"], path
        assert table["source"].startswith("docs/methods/"), path
