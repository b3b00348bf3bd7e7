"""Quotes side by side, what-ifs and rules by the API: the twins of the pages, for who may see cost."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from entrepot.core.calendar import to_instant

pytestmark = [pytest.mark.django_db]
Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "quotes" / "de_rail_warehouse.toml"


def test_a_quote_file_as_json(call: Call) -> None:
    """The example of the guide, with its cards and price list, gives the same complete quote; days are texts."""
    asked = json.loads(json.dumps(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")), default=str))
    found = call("finance", "post", "/api/quote/alternatives", asked).json()["alternatives"]
    best = found[0]
    assert best["complete"]
    assert sum(n["amount"] for n in best["lines"] if not n["recoverable"]) == best["cost"]
    assert all(n["rule"] and n["source"] for n in best["lines"])
    assert (best["via"], best["quantity"]) == ("third_party", 1200)
    assert call("warehouse", "post", "/api/quote/alternatives", asked).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"destinaton": "DE"}, {"destination": "DE", "on": "soon"}, {"destination": "DE", "unit": 3}]
)
def test_what_cannot_be_read_is_a_problem(call: Call, wrong: dict[str, Any]) -> None:
    """Never a failure of the server."""
    answer = call("owner", "post", "/api/quote/alternatives", wrong)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "bad_quote_file"


def test_a_what_if_without_sales_is_empty_and_says_its_time(call: Call) -> None:
    """Nothing sold, nothing hit; a change that cannot be read is a problem; the warehouse may not ask."""
    told = call("owner", "post", "/api/whatif", {"tariff": ["US:6109:CN:10"], "start": "2026-12-01"}).json()
    assert (told["rows"], told["water"], told["turned"], told["profit_lost"]) == ([], [], 0, 0)
    assert told["seconds"] >= 0
    assert call("owner", "post", "/api/whatif", {"tariff": ["US"]}).status_code == 422
    assert call("warehouse", "post", "/api/whatif", {}).status_code == 403


def test_rules_of_a_day(call: Call) -> None:
    """Public facts: every role may ask; an unknown country is a problem."""
    told = call("warehouse", "get", "/api/rules/US?hs=6109.10.00&on=2026-12-01").json()
    assert {"Section 301 forced labour"} <= {m["name"] for m in told["measures"] if m["reach"] == "charged"}
    assert all(r["source"] for r in told["rules"])
    assert call("owner", "get", "/api/rules/XX").status_code == 422


def test_other_storage_fees_on_every_lot(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """By per cent and by a table; a lot that is not known is in no sum; a table that cannot be read is a problem."""
    from tests.workflows.test_storage_forecast import books, forecast

    books()
    forecast("A", 7)
    monkeypatch.setattr("entrepot.books.selectors.paging.now", lambda: to_instant(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    told = call("owner", "post", "/api/whatif/fees", {"fees": ["US:monthly_storage:20"], "days": 60}).json()
    lots = {lot["sku"]: lot for lot in told["lots"]}
    assert lots["A"]["effect"] == lots["A"]["after"] - lots["A"]["before"] == told["more"]["USD"] > 0
    assert (lots["B"]["effect"], told["unknown"] >= 1) == (None, True)
    head = "marketplace,currency,fee,size_class,month_from,month_to,rate,valid_from"
    dearer = {"table": f"{head}\nUS,USD,monthly_storage,standard,1,12,5.00,2026-02-01\n", "days": 60}
    assert call("owner", "post", "/api/whatif/fees", dearer).json()["more"]["USD"] > told["more"]["USD"]
    wrong = call("owner", "post", "/api/whatif/fees", {"table": "marketplace,rate\nUS,1\n"})
    assert (wrong.status_code, wrong.json()["problems"][0]["code"]) == (422, "columns_missing")
    assert call("warehouse", "post", "/api/whatif/fees", {}).status_code == 403
