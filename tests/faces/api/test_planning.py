"""Plans by the API: read, try, change, approve, papers, strategies, score; refused where the role does not reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from entrepot.books import models
from entrepot.workflows.plan import plan
from tests.workflows.plan_books import books

pytestmark = pytest.mark.django_db
Call = Callable[..., Any]


def line(call: Call, kind: str, role: str = "owner") -> Any:
    """The first line of a kind."""
    return call(role, "get", f"/api/plan?kind={kind}").json()["page"]["rows"][0]


def test_a_plan_is_read_tried_changed_approved_and_taken_back(call: Call) -> None:
    """The whole way of a line: what it would cost, what is kept, the order that goes out, and back."""
    plan(books())
    found = call("owner", "get", "/api/plan").json()
    assert found["head"]["kinds"]["buy"] == 1
    assert sum(found["head"]["kinds"].values()) == 4
    assert found["head"]["weeks"][0]["week"] == found["head"]["on"]
    order = line(call, "buy")
    tried = call("owner", "post", f"/api/plan/lines/{order['id']}/try", {"units": order["units"] + 20}).json()
    assert (tried["row"]["units"], tried["problems"]) == (order["units"] + 20, [])
    assert line(call, "buy")["units"] == order["units"]
    bad = call("owner", "post", f"/api/plan/lines/{order['id']}/try", {"modes": {"mule": 3}})
    assert (bad.status_code, bad.json()["problems"][0]["code"]) == (422, "plan_mode")
    changed = call("owner", "post", f"/api/plan/lines/{order['id']}/change", {"units": 200, "note": "fair"}).json()
    assert (changed["row"]["units"], len(changed["weeks"])) == (200, 26)
    assert call("owner", "get", "/api/plan/overrides").json()[0]["note"] == "fair"
    done = call("owner", "post", "/api/plan/approve", {"lines": [int(order["id"])]}).json()
    assert done[0]["state"] == "approved"
    paper = call("owner", "get", f"/api/plan/papers?form=csv&numbers={done[0]['document']}")
    assert done[0]["document"] in paper.content.decode("utf-8-sig")
    back = call("owner", "post", f"/api/plan/lines/{order['id']}/undo").json()
    assert [row["state"] for row in back] == ["open"]
    assert (
        models.PurchaseLine.objects.filter(document__external_id=done[0]["document"], document__reversed=None).count()
        == 0
    )


def test_who_may_not_see_costs_gets_lines_without_them_and_may_not_act(call: Call) -> None:
    """No cash, saving, price or reasons in any answer; approving, changing and setting are refused."""
    plan(books())
    row = line(call, "buy", "warehouse")
    assert row["units"] > 0
    assert not {"cash", "saving", "price", "families", "later_storage"} & set(row)
    page = call("warehouse", "get", f"/api/plan/lines/{row['id']}").json()
    assert "reasons" not in page
    tried = call("warehouse", "post", f"/api/plan/lines/{row['id']}/try", {"units": 20}).json()
    assert "dearer" not in tried
    for address, body in (
        ("/api/plan/approve", {"lines": [int(row["id"])]}),
        (f"/api/plan/lines/{row['id']}/change", {"units": 20}),
        ("/api/plan/overrides", {"sku": "FAST", "field": "service", "value": 0.9}),
        ("/api/plans", {"limits": {"cash": "5"}}),
    ):
        assert call("warehouse", "post", address, body).status_code == 403
    assert call("owner", "get", "/api/plan/lines/999999").status_code == 404
    assert call("owner", "get", "/api/plan?run=999999").status_code == 404


def test_strategies_are_set_and_withdrawn_and_a_plan_is_asked_for_in_the_worker(call: Call) -> None:
    """A setting has an id and can be taken back; limits travel with the job."""
    plan(books())
    made = call("owner", "post", "/api/plan/overrides", {"sku": "FAST", "field": "modes", "value": ["sea"]})
    assert made.status_code == 201
    assert call("owner", "get", "/api/plan").json()["head"]["stale"] is True
    assert call("owner", "delete", f"/api/plan/overrides/{made.json()['id']}").status_code == 204
    assert (
        call("owner", "post", "/api/plan/overrides", {"sku": "FAST", "field": "service", "value": 7}).status_code == 422
    )
    job = call("owner", "post", "/api/plans", {"limits": {"cash": "500:4", "closed": ["CN:lny"]}})
    assert job.status_code == 202
    kept = models.Job.objects.get(kind="plan").arguments
    assert kept["asked"] == {"cash": "500:4", "closed": ["CN:lny"]}
    assert call("owner", "get", "/api/plan/gaps").json()["total"] == 0
    assert call("owner", "get", "/api/scorecard").json() == []


def test_a_limit_that_makes_no_sense_is_refused_before_any_work(call: Call) -> None:
    """Unreadable cash and an unknown place are told at once, and no job is started."""
    plan(books())
    for limits, code in (({"cash": "much"}, "bad_limit"), ({"warehouse": ["MOON:3"]}, "unknown_place")):
        answered = call("owner", "post", "/api/plans", {"limits": limits})
        assert (answered.status_code, answered.json()["problems"][0]["code"]) == (422, code)
    assert not models.Job.objects.filter(kind="plan").exists()
