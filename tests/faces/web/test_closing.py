"""Closing on real books: a month is put together, closed, and opened again by two people; the accounts take its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from entrepot.books import models
from entrepot.workflows.close import close
from entrepot.workflows.month_report import month_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def go(transactional_db: None) -> Callable[..., Any]:
    """``go(address, role)`` on books with a January of one receipt, one bill and one sale; ``post`` posts a form."""
    from django.test import Client

    from tests.books.factories import user
    from tests.workflows import ledger as books

    books.post(
        *books.masters(),
        books.receipt("R1", "2026-01-02", 100, 300),
        books.bill("F1", "2026-01-03", "freight", 5001, ("receipt", "R1"), supplier="FWD"),
        books.sale("S1", "2026-01-05", 30, amount=27_000),
    )
    clients: dict[str, Client] = {}

    def _go(address: str, role: str = "owner", **form: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(user(role))
        return clients[role].post(address, form) if form else clients[role].get(address)

    return _go


def test_the_month_shows_what_was_put_together(go: Callable[..., Any]) -> None:
    """Before, the page says what would stand there; after, opening + in − out = closing, checklist and vouchers."""
    assert "once the month has been put together" in go("/closing/2026-01/").content.decode()
    month_report("US", "2026-01")
    page = go("/closing/2026-01/").content.decode()
    assert all(text in page for text in ("245.01", "105.00", "Out: sold", "Cost of sales", "220201"))
    table = b"".join(go("/closing/2026-01/roll-forward.csv").streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["SKU"], row["Closing units"], row["Closing (USD)"], row["Out (USD)"]) == (
        "A",
        "70",
        "245.01",
        "-105.00",
    )


def test_a_button_sets_the_worker_to_work_once(go: Callable[..., Any]) -> None:
    """Two clicks, one job, with the month and who asked."""
    for _ in range(2):
        assert go("/closing/2026-01/report", "finance", go="1").status_code == 302
    (job,) = models.Job.objects.filter(kind="month_report")
    assert (job.arguments["company"], job.arguments["month"]) == ("US", "2026-01")
    assert job.owner == job.arguments["actor"] != ""


def test_what_is_capitalised_is_shown_and_decided(go: Callable[..., Any]) -> None:
    """Who closes months sets a policy for goods from a day on; it stands in the list; others and bad days are refused."""
    assert "cost of the stock" in go("/closing/").content.decode()
    choice = {"freight": "expense", "insurance": "keep", "reason": "small trader"}
    assert go("/closing/policy", "warehouse", since="2026-01-01", **choice).status_code == 422
    assert go("/closing/policy", "finance", since="soon", **choice).status_code == 422
    assert go("/closing/policy", "finance", since="2026-01-01", **choice).status_code == 302
    (rule,) = models.CapitalisationRule.objects.all()
    assert (rule.component, rule.expense, str(rule.valid_from)) == (1, True, "2026-01-01")
    assert "expensed at once" in go("/closing/").content.decode().split("<select")[0]
    assert models.Job.objects.filter(kind="revalue").count() == 1


def test_opening_again_takes_two(go: Callable[..., Any]) -> None:
    """Who asked cannot grant; a colleague can, and the month is open again, with both names in its reason."""
    close("US", "2026-01", actor="ann")
    assert go("/closing/2026-01/ask", "finance", reason="late duty bill").status_code == 302
    (request,) = models.ReopenRequest.objects.all()
    own = go("/closing/2026-01/grant", "finance", request=request.pk)
    assert own.status_code == 422
    assert "nobody grants his own request" in own.content.decode()
    assert models.Period.objects.order_by("version").last().closed  # type: ignore[union-attr]
    assert go("/closing/2026-01/grant", "owner", request=request.pk).status_code == 302
    last = models.Period.objects.order_by("version").last()
    assert last is not None
    assert not last.closed
    assert "finance" in last.reason
    assert "owner" in last.reason
    assert go("/closing/2026-01/grant", "owner", request=request.pk).status_code == 422


def test_what_is_not_closed_needs_no_opening(go: Callable[..., Any]) -> None:
    """A request for an open month, one without a reason, and a second one are refused in words."""
    assert "is not closed" in go("/closing/2026-01/ask", "finance", reason="x").content.decode()
    close("US", "2026-01", actor="ann")
    assert "a reason is missing" in go("/closing/2026-01/ask", "finance", reason=" ").content.decode()
    go("/closing/2026-01/ask", "finance", reason="x")
    assert "asked for it already" in go("/closing/2026-01/ask", "owner", reason="y").content.decode()


def test_the_accounts_take_the_files(go: Callable[..., Any]) -> None:
    """Each program's layout comes down; another name is not there."""
    for layout in ("generic", "kingdee", "yonyou", "xero"):
        answer = go(f"/closing/2026-01/vouchers/{layout}")
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
    assert go("/closing/2026-01/vouchers/sap").status_code == 404


def test_who_may_not_see_cost_or_close_does_not(go: Callable[..., Any]) -> None:
    """The warehouse sees neither list, month nor files; a viewer without the right cannot set it off."""
    for address in (
        "/closing/",
        "/closing/2026-01/",
        "/closing/2026-01/vouchers/generic",
        "/closing/2026-01/roll-forward.csv",
    ):
        assert go(address, "warehouse").status_code in (403, 422)
    assert go("/closing/2026-01/report", "warehouse", go="1").status_code == 422
    assert not models.Job.objects.exists()


def test_months_run_from_the_first_movement_to_today(go: Callable[..., Any]) -> None:
    """The list ends with the month of the first movement; other months are not there."""
    page = go("/closing/").content.decode()
    assert "2026-01" in page
    assert "2025-12" not in page
    assert go("/closing/2025-12/").status_code == 404
    assert go("/closing/2026-13/").status_code == 404


@pytest.fixture
def chain_of_three(transactional_db: None) -> Any:
    """``chain_of_three(address, role, **scope)`` on the books of three companies with January put together for Shenzhen."""
    from django.test import Client

    from tests.books.factories import user
    from tests.workflows.test_group_value import chain

    chain()
    month_report("SZ", "2026-01")

    def _go(address: str, role: str = "owner", **scope: Any) -> Any:
        client = Client()
        client.force_login(user(role, **scope))
        client.post("/company", {"company": "SZ"})
        return client.get(address)

    return _go


def test_the_group_stands_on_the_page_and_in_the_interface(chain_of_three: Callable[..., Any]) -> None:
    """Page, file and interface say the same as the workflow; who may look at one company alone sees nothing of the others."""
    from entrepot.workflows.group_value import at_month_end

    found = at_month_end("SZ", "2026-01")
    answer = chain_of_three("/api/months/2026-01/group-value").json()
    assert {(r["company"], r["units"], r["carried"], r["paid"], r["profit"]) for r in answer} == {
        (r.company, r.units, r.carried_in, r.paid_in, r.profit) for r in found.rows
    }
    page = chain_of_three("/closing/2026-01/").content.decode()
    assert "All companies together" in page
    assert all(f"{row.paid_in / 100:,.2f}" in page for row in found.rows)
    table = b"".join(chain_of_three("/closing/2026-01/group.csv").streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(table)))) == 3
    assert chain_of_three("/api/months/2026-01/cut-off").json() == []
    own = {"companies": ("SZ",)}
    assert "All companies together" not in chain_of_three("/closing/2026-01/", "finance", **own).content.decode()
    assert chain_of_three("/api/months/2026-01/group-value", "finance", **own).status_code == 403
    assert chain_of_three("/api/months/2026-01/cut-off", "warehouse").status_code == 403


def test_what_came_after_the_closing_stands_on_the_page(go: Callable[..., Any]) -> None:
    """A closed month says what was recorded since; the worker compares; page and file tell the cent that a late bill moved."""
    from entrepot.faces import worker
    from tests.workflows import ledger as books

    month_report("US", "2026-01")
    assert "Known since it was closed" not in go("/closing/2026-01/").content.decode()
    close("US", "2026-01", actor="ann")
    assert "Known since it was closed" in go("/closing/2026-01/").content.decode()
    assert "Nothing of that time was recorded" in go("/closing/2026-01/late").content.decode()
    late = books.bill("F2", "2026-01-20", "duty", 1000, ("receipt", "R1"), supplier="FWD")
    books.post(late, at=models.Period.objects.get().recorded_at + 1)
    shown = go("/closing/2026-01/late").content.decode()
    assert "1 document of that time was recorded" in shown
    assert "F2" in shown
    assert "Prior-period adjustment" not in shown
    assert go("/closing/2026-01/late-skus.csv").status_code == 404
    go("/closing/2026-01/compare", "finance", reason="-")
    worker.work(once=True)
    shown = go("/closing/2026-01/late").content.decode()
    # 10.00 on 100 units, 30 of which had left: 7.00 more stock, 3.00 more cost of sales
    assert all(text in shown for text in ("still give what was reported", "245.01", "252.01", "105.00", "108.00"))
    table = b"".join(go("/closing/2026-01/late-skus.csv").streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(table)))[1] == ["A", "7.00", "3.00"]
    books.post(
        books.bill("F3", "2026-01-21", "duty", 1, ("receipt", "R1"), supplier="FWD"),
        at=models.Period.objects.get().recorded_at + 2,
    )
    assert "1 of them came after the comparison" in go("/closing/2026-01/late").content.decode()


def test_months_closed_together_say_so_and_open_together(go: Callable[..., Any]) -> None:
    """January closed with February: its page compares both, and who asks to open it asks for both."""
    from entrepot.faces import worker
    from tests.workflows import ledger as books

    close("US", "2026-01..2026-02", actor="ann")
    shown = go("/closing/2026-01/").content.decode()
    assert "2026-01 is closed" in shown
    assert "2026-01..2026-02 were closed together and open together" in shown
    late = books.bill("F2", "2026-01-20", "duty", 1000, ("receipt", "R1"), supplier="FWD")
    books.post(late, at=models.Period.objects.get().recorded_at + 1)
    go("/closing/2026-01/compare", reason="-")
    worker.work(once=True)
    part = go("/closing/2026-01/late").content.decode()
    assert all(text in part for text in ("2026-01..2026-02 were closed together", "245.01", "252.01"))
    go("/closing/2026-01/ask", "finance", reason="late duty bill")
    assert "asks to open 2026-01..2026-02 again" in go("/closing/2026-02/").content.decode()
    assert go("/closing/2026-02/grant", request=models.ReopenRequest.objects.get().pk).status_code == 302
    assert "2026-01 is open" in go("/closing/2026-01/").content.decode()
    assert not models.Period.objects.order_by("version").last().closed  # type: ignore[union-attr]


def test_a_comparison_keeps_nobody_from_closing(go: Callable[..., Any]) -> None:
    """While one month is compared another one can be put together; asked a second time, the page says it is under way."""
    close("US", "2026-01", actor="ann")
    go("/closing/2026-01/compare", reason="-")
    go("/closing/2026-02/report", go="1")
    assert sorted(models.Job.objects.values_list("kind", flat=True)) == ["late_facts", "month_report"]
    go("/closing/2026-01/compare", reason="-")
    assert "This is under way already" in go("/closing/2026-01/").content.decode()
    assert models.Job.objects.count() == 2


def test_what_came_late_is_for_who_sees_cost_and_all_places(go: Callable[..., Any]) -> None:
    """No cost, or some places only: refused in words, and nothing is set to work."""
    close("US", "2026-01", actor="ann")
    assert go("/closing/2026-01/late", "warehouse").status_code == 403
    assert go("/closing/2026-01/compare", "warehouse", reason="-").status_code == 422
    assert not models.Job.objects.filter(kind="late_facts").exists()


def test_a_comparison_is_of_its_closing(go: Callable[..., Any]) -> None:
    """Opened and closed again, the month reports what is known by then: the old comparison is not shown any more."""
    from entrepot.faces import worker
    from entrepot.workflows.close import reopen
    from tests.workflows import ledger as books

    close("US", "2026-01", actor="ann")
    late = books.bill("F2", "2026-01-20", "duty", 1000, ("receipt", "R1"), supplier="FWD")
    books.post(late, at=models.Period.objects.get().recorded_at + 1)
    go("/closing/2026-01/compare", reason="-")
    worker.work(once=True)
    assert "252.01" in go("/closing/2026-01/late").content.decode()
    reopen("US", "2026-01", "a late bill", actor="ann")
    close("US", "2026-01", actor="ann")
    shown = go("/closing/2026-01/late").content.decode()
    assert "Nothing of that time was recorded" in shown
    assert "252.01" not in shown
