"""What must not be done is refused by every door, page, interface and command alike: a clear answer, and nothing half done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from entrepot.books import models, tokens
from entrepot.books.access import Viewer, create_user, viewer_for
from entrepot.core.documents import parse
from entrepot.faces.cli.main import app
from entrepot.workflows import close, counting, order_steps, order_trade, purchasing
from entrepot.workflows.clock import now
from tests.workflows import ledger

pytestmark = pytest.mark.django_db
DOORS = ("page", "api", "command")


def who(name: str) -> Viewer:
    return viewer_for(models.Membership.objects.get(user__username=name).user)


def order(number: str, **more: Any) -> Any:
    lines = [{"sku": "A", "quantity": 100, "price": {"amount": 700}}]
    said = {"supplier": "F1", "currency": "USD", "lines": lines, "deposit_bp": 3000, **more}
    return parse({"type": "purchase_order", "id": number, "effective_at": "2026-01-05T04:00:00Z", **said})


@pytest.fixture(autouse=True)
def _books() -> None:
    """PO-1 is proposed by ann, PO-2 ordered, received and billed, PO-3 cancelled; January is closed."""
    ledger.post(*ledger.masters(), ledger.doc("supplier", "F1", "2026-01-01", name="Lamp works"))
    for name, role in (("ann", "operations"), ("bob", "finance"), ("wes", "warehouse")):
        create_user(name, "a long enough phrase 7", role, check=False)
    for number in ("PO-1", "PO-2", "PO-3"):
        purchasing.propose(who("ann"), order(number))
    for number in ("PO-2", "PO-3"):
        purchasing.approve(who("bob"), number)
    order_trade.receive(who("wes"), "PO-2", "LA", [{"order_line": 1, "quantity": 60}])
    order_trade.bill(who("ann"), "PO-2", "USD", [{"order_line": 1, "amount": 42_000}], name="B-2")
    order_steps.end(who("ann"), "PO-3", "cancelled", "too late")
    close.close("US", "2026-01", actor="bob")


@dataclass(frozen=True)
class Refused:
    """A wrong act by each door, and how it is refused: the code, and words of the answer."""

    code: str
    user: str
    words: str
    page: tuple[str, dict[str, str]]
    api: tuple[str, dict[str, Any]]
    command: tuple[str, ...]


CASES = {
    "own order": Refused(
        "own_order", "ann", "nobody approves his own order", ("/purchasing/PO-1/do/approve", {}),
        ("/api/orders/PO-1/do/approve", {}), ("order", "approve", "PO-1"),
    ),
    "more than tolerated": Refused(
        "over_receipt", "wes", "more than was ordered", ("/purchasing/PO-2/do/receive", {"location": "LA", "quantity-1": "46"}),
        ("/api/orders/PO-2/do/receive", {"location": "LA", "lines": [{"order_line": 1, "quantity": 46}]}),
        ("order", "receive", "PO-2", "LA", "--line", "1=46"),
    ),
    "payment over the bill": Refused(
        "over_bill", "bob", "more than", ("/purchasing/PO-2/do/pay", {"pay-cost_bill:B-2": "420.01"}),
        ("/api/orders/PO-2/do/pay", {"shares": [{"type": "cost_bill", "id": "B-2", "amount": 42_001}]}),
        ("order", "pay", "PO-2", "--bill", "B-2=420.01"),
    ),
    "deposit on a cancelled order": Refused(
        "order_cancelled", "bob", "the order was cancelled", ("/purchasing/PO-3/do/pay", {"pay-purchase_order:PO-3": "210.00"}),
        ("/api/orders/PO-3/do/pay", {"shares": [{"type": "purchase_order", "id": "PO-3", "amount": 21_000}]}),
        ("order", "pay", "PO-3", "--deposit", "210.00"),
    ),
    "a closed period": Refused(
        "closed_period", "wes", "closed period",
        ("/purchasing/PO-2/do/receive", {"location": "LA", "quantity-1": "5", "on": "2026-01-20"}),
        ("/api/orders/PO-2/do/receive", {"location": "LA", "lines": [{"order_line": 1, "quantity": 5}], "on": "2026-01-20"}),
        ("order", "receive", "PO-2", "LA", "--line", "1=5", "--on", "2026-01-20"),
    ),
}  # fmt: skip


def stands() -> list[int]:
    """Rows of all that an act may write."""
    kinds = (models.Document, models.Movement, models.PurchaseStep, models.PaymentLine, models.Quarantine, models.Batch,
             models.CountEntry, models.Period)  # fmt: skip
    return [
        *(kind.objects.count() for kind in kinds),
        models.AuditEntry.objects.exclude(action__startswith="token").count(),
    ]


def by_page(user: str, address: str, told: dict[str, str]) -> tuple[int, str]:
    client = Client()
    client.force_login(models.Membership.objects.get(user__username=user).user)
    answer = client.post(address, told)
    return answer.status_code, answer.content.decode()


def by_api(user: str, address: str, told: Any) -> tuple[int, list[str], str]:
    row = models.Membership.objects.get(user__username=user).user
    secret = tokens.issue(row, "test", at=now())[1]
    answer = Client().post(
        address, json.dumps(told), content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    return answer.status_code, [one["code"] for one in answer.json().get("problems", [])], answer.content.decode()


def by_command(user: str, *said: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*said, "--as", user])
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", CASES)
def test_a_wrong_act_is_refused_by_every_door(name: str, door: str) -> None:
    """The same words by page, interface and command; no row was written."""
    case, before = CASES[name], stands()
    if door == "page":
        status, said = by_page(case.user, *case.page)
        assert status == 422
    elif door == "api":
        status, codes, said = by_api(case.user, *case.api)
        assert (status, codes) == (422, [case.code])
    else:
        status, said = by_command(case.user, *case.command)
        assert status == 1
        assert "What to do" in said
    assert case.words in said.lower()
    assert stands() == before


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_label_is_not_counted(door: str) -> None:
    """Nobody knows the label: it is said, the count has no entry."""
    number = counting.begin(who("wes"), "LA")
    before = stands()
    if door == "page":
        status, said = by_page("wes", f"/counts/{number}/enter", {"code": "X00NOBODY"})
        assert status in (200, 422)
    elif door == "api":
        status, codes, said = by_api("wes", f"/api/counts/{number}/entries", {"code": "X00NOBODY"})
        assert (status, codes) == (422, ["unknown_label"])
    else:
        status, said = by_command("wes", "count", "enter", number, "A=3", "X00NOBODY")
        assert status == 1
    assert "obody knows this label" in said
    assert stands() == before


def test_rights_are_the_same_by_every_door() -> None:
    """A warehouse worker neither bills nor pays nor approves, whatever the door; a stranger is not let in."""
    before = stands()
    acts: list[tuple[str, dict[str, str], dict[str, Any], tuple[str, ...]]] = [
        ("approve", {}, {}, ("approve", "PO-1")),
        ("bill", {"name": "B-9", "amount-1": "7"}, {"name": "B-9", "lines": [{"order_line": 1, "amount": 700}]},
         ("bill", "PO-1", "B-9", "--line", "1=7")),
        ("pay", {"pay-purchase_order:PO-1": "1"}, {"shares": [{"type": "purchase_order", "id": "PO-1", "amount": 100}]},
         ("pay", "PO-1", "--deposit", "1")),
    ]  # fmt: skip
    for act, form, told, said in acts:
        assert by_page("wes", f"/purchasing/PO-1/do/{act}", form)[0] in (403, 422)
        assert by_api("wes", f"/api/orders/PO-1/do/{act}", told)[:2] == (403, ["not_allowed"])
        assert by_command("wes", "order", *said)[0] == 1
    assert "no such user" in by_command("eve", "order", "list")[1]
    assert stands() == before


def test_prices_are_not_told_to_who_may_not_see_them() -> None:
    """Neither list nor order nor what an act answers has an amount for the warehouse."""
    secret = tokens.issue(models.Membership.objects.get(user__username="wes").user, "test", at=now())[1]
    for address in ("/api/orders?closed=true", "/api/orders/PO-2"):
        text = Client().get(address, headers={"Authorization": f"Bearer {secret}"}).content.decode()
        assert "PO-2" in text
        assert "42000" not in text
        assert "70000" not in text
    assert "420.00" not in by_command("wes", "order", "show", "PO-2")[1]
    assert "420.00" in by_command("bob", "order", "show", "PO-2")[1]


def test_an_order_from_file_to_payment_by_command(tmp_path: Path) -> None:
    """Proposed from JSON, approved, confirmed, made, inspected, received, billed too high, settled, credited and paid."""
    file = tmp_path / "po.json"
    file.write_text(json.dumps(order("PO-9").model_dump(mode="json", exclude_defaults=True, exclude={"effective_at"})))
    acts: list[tuple[str, str, Callable[[str], bool]]] = [
        ("ann", f"propose {file}", lambda said: said == "PO-9 proposed"),
        ("bob", "approve PO-9", lambda said: "ordered" in said),
        ("ann", "confirm PO-9 --line 1=90 --due 2099-02-10", lambda said: "confirmed" in said),
        ("ann", "heard PO-9 delayed --expected 2099-03-01 --reason holiday", lambda said: "PO-9" in said),
        ("ann", "inspect PO-9 passed --line 1=lot:90,sample:20,minor:1,accepted:90", lambda said: "inspected" in said),
        ("bob", "pay PO-9 --deposit 210.00 --name PY-9", lambda said: "posted PY-9" in said),
        ("wes", "receive PO-9 LA --line 1=80 --name GR-9", lambda said: "posted GR-9" in said),
        ("ann", "bill PO-9 B-9 --line 1=600.00", lambda said: "price 40.00 USD" in said),
        ("bob", "match PO-9 1 disputed --owner ann", lambda said: "disputed" in said),
        ("ann", "credit PO-9 --line 1=40.00 --name CR-9", lambda said: "posted CR-9" in said and "price" not in said),
        ("ann", "end PO-9 closed", lambda said: "next pay" in said),
    ]  # fmt: skip
    for user, said, right in acts:
        status, told = by_command(user, "order", *said.split())
        assert status == 0, (said, told)
        assert right(told), (said, told)
    assert "GR-9" not in by_command("bob", "order", "list")[1]


def test_a_count_by_command() -> None:
    """Begun, counted by the warehouse, explained, approved by another with the digest that he was shown."""
    number = by_command("wes", "count", "begin", "LA")[1]
    assert "A sellable: 58" in by_command("wes", "count", "enter", number, "A=57", "A")[1]
    shown = by_command("wes", "count", "finish", number)[1]
    entry, digest = str(models.CountEntry.objects.get().pk), shown.split()[-1]
    assert by_command("wes", "count", "why", number, entry, "lost")[0] == 0
    status, said = by_command("bob", "count", "approve", number, "--digest", digest)
    assert status == 1
    assert "changed since you looked" in said
    digest = by_command("bob", "count", "show", number)[1].split()[-1]
    assert "posted as" in by_command("bob", "count", "approve", number, "--digest", digest)[1]


def test_a_draft_by_interface_and_command(tmp_path: Path) -> None:
    """Begun by one, stale saves are told, faults named by cell, posted once, taken back."""
    told = {
        "kind": "transfer",
        "header": {"origin": "LA", "destination": "DE"},
        "rows": [{"sku": "A", "quantity": "900"}],
    }
    key = json.loads(by_api("bob", "/api/drafts", told)[2])["key"]
    status, said = by_command("bob", "draft", "post", key)
    assert status == 1
    assert "so many units are not there" in said.lower()
    cells = tmp_path / "cells.json"
    cells.write_text(json.dumps({"header": told["header"], "rows": [{"sku": "A", "quantity": "9"}]}))
    assert "version 2" in by_command("bob", "draft", "save", key, str(cells), "--version", "1")[1]
    assert by_api("bob", f"/api/drafts/{key}/post", {"version": 1})[1] == ["draft_changed"]
    posted = json.loads(by_api("bob", f"/api/drafts/{key}/post", {"version": 2})[2])
    assert "was posted before" in by_command("bob", "draft", "post", key)[1]
    assert by_command("bob", "draft", "undo", str(posted["batch"]))[0] == 0
    assert models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand == 60


def test_an_opening_that_does_not_tie_stays_out(tmp_path: Path) -> None:
    """By command and by the worker of the page: every difference is told, and nothing of the workbook comes in."""
    from entrepot.core.progress import SILENT
    from entrepot.faces import setting_up, uploads
    from entrepot.workflows.set_up_books import set_up_books
    from tests.workflows.test_set_up_books import SIGNED, papers, workbook

    wrong = [
        (company, figure, "400.00" if figure == "inventory" else amount, unit)
        for company, figure, amount, unit in SIGNED
    ]
    path, before = workbook(tmp_path, papers(), wrong), stands()
    done = CliRunner().invoke(app, ["set-up", str(path)])
    assert done.exit_code == 1
    assert "nothing came in" in done.output
    assert not set_up_books(path, bounded=False).posted
    uploads.keep("opening.xlsx", "opening.xlsx", [path.read_bytes()])
    arguments = {"file": "opening.xlsx", "name": "opening.xlsx", "zone": "UTC", "actor": "ann"}
    told = setting_up.post_it(arguments, SILENT)
    assert told["posted"] is False
    assert any(tie["found"] != tie["signed"] for tie in told["ties"])
    assert stands() == before


def test_two_who_close_at_once() -> None:
    """By command the second is told that the month is closed; by interface both are answered with the one job."""
    before = stands()
    done = CliRunner().invoke(app, ["close", "US", "2026-01"])
    assert done.exit_code == 1
    assert "What to do" in done.output
    assert stands() == before
    first, second = (json.loads(by_api("bob", "/api/months/2026-02/close", {})[2]) for _ in range(2))
    assert first["id"] == second["id"]
    assert models.Job.objects.filter(kind="month_close").count() == 1
