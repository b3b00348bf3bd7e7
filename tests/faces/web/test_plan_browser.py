"""The plan's grid in a real browser, under the pages' own script policy: a line is typed, put back, approved and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.books import models
from entrepot.workflows.plan import plan
from tests.books import factories as make
from tests.workflows.plan_books import books

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "a long enough phrase 7"


@pytest.fixture
def grid(live_server: Any, open_page: Callable[..., Page]) -> Page:
    """The plan's page of an owner."""
    plan(books())
    user = make.user("owner")
    user.set_password(WORD)
    user.save()
    page = open_page("en-GB", 1440, 900, base_url=live_server.url)
    page.goto("/sign-in")
    page.fill("#id_username", user.get_username())
    page.fill("#id_password", WORD)
    page.click("button.btn-primary")
    page.wait_for_url("**/")
    page.goto("/plan/?kind=buy")
    page.wait_for_function("document.getElementById('search')._htmx")
    return page


def test_a_line_is_edited_put_back_and_approved(grid: Page) -> None:
    """Enter keeps a quantity and goes on; cost moves in the row and in the totals; undo puts both back; approve orders it."""
    row = models.PlanLine.objects.get(kind="buy", item__sku="FAST")
    totals, line = grid.locator("#plan-totals"), grid.locator(f"#line-{row.pk}")
    before, cash = totals.inner_text(), line.inner_text()
    more = str(row.units + 5 * row.carton)
    line.locator('[data-cell="units"]').fill(more)
    line.locator('[data-cell="units"]').press("Enter")
    grid.wait_for_selector(f"#line-{row.pk} [data-back]")
    grid.wait_for_function("text => document.getElementById('plan-totals').innerText !== text", arg=before)
    assert line.inner_text() != cash
    line.locator("[data-back]").click()
    grid.wait_for_function("text => document.getElementById('plan-totals').innerText === text", arg=before)
    assert line.locator('[data-cell="units"]').input_value() == str(row.units)
    line.locator('input[name="line"]').check()
    grid.click("[data-chosen]")
    grid.wait_for_selector(f"#line-{row.pk}.is-approved")
    assert models.PlanLine.objects.get(pk=row.pk).document
    grid.click(f'#line-{row.pk} button[form="undo-line"]')
    grid.wait_for_selector(f"#line-{row.pk}.is-open")
