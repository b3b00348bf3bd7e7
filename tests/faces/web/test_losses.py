"""Losses and claims as people and programs see them: the page, its exports, the address and the command."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from entrepot.books import tokens
from entrepot.books.access import system_viewer
from entrepot.faces.cli.main import app
from entrepot.workflows import recovery
from tests.books import factories as make
from tests.faces.web.test_recoverable_tax import text, visit
from tests.workflows.ledger import masters, post
from tests.workflows.test_losses import platform, repaid, use

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


def books() -> None:
    """A loss that was paid at goods' cost, one whose claim lapses in ten days, and a payment that fits no loss."""
    today = recovery.today(system_viewer())
    soon = (today - timedelta(days=50)).isoformat()
    post(
        *platform(
            use("U-1", "2026-03-01", 10), repaid("RE-1", "2026-04-01", 10, 9_000), use("U-2", soon, 2),
            repaid("RE-2", "2026-02-01", 1, 900, note="order 114-1 case 9"),
        )
    )  # fmt: skip


def test_the_page_says_what_lapses_and_what_stays() -> None:
    """In both languages: two units at 9.00 goods can be claimed, 30.00 of the other loss stay, one payment is nobody's."""
    books()
    page = text(visit("/losses/"))
    for said in ("1 claim lapses soon", "18.00", "To claim soon", "Reimbursements without a loss", "RE-2"):
        assert said in page
    chinese = text(visit("/losses/", language="zh-hans"))
    for said in ("损失与索赔", "1 笔索赔即将到期", "平台保管期间", "未对应损失的赔偿"):
        assert said in chinese


def test_what_is_asked_is_what_is_shown_and_exported() -> None:
    """The state in the address chooses rows on the page and in the file; sums are minor units written as money."""
    books()
    rows = list(
        csv.DictReader(
            io.StringIO(text(visit("/losses/losses.csv?state=paid&cols=sku,units,landed,derived,remainder,how")))
        )
    )
    (row,) = rows
    assert list(row.values())[:2] == ["A", "10"]
    assert {"120.00", "90.00", "30.00"} <= set(row.values())
    assert "the only loss that fits" in row.values()
    assert visit("/losses/reimbursements.xlsx").status_code == 200
    assert visit("/losses/other.csv").status_code == 404
    assert "Nothing fits this choice" in text(visit("/losses/?state=lapsed&q=none"))


def test_who_may_not_see_cost_sees_units_and_deadlines_only() -> None:
    """Page, file and address tell a warehouse worker what was lost and until when to claim it, and no amount."""
    books()
    page = text(visit("/losses/", "warehouse"))
    assert "The claims for 2 lost units lapse soon" in page
    assert not [amount for amount in ("120.00", "90.00", "30.00", "18.00", "9.00", "Stays as loss") if amount in page]
    heads = next(csv.reader(io.StringIO(text(visit("/losses/losses.csv", "warehouse")))))
    assert not [head for head in heads if head in ("Had cost", "Stays as loss", "Can be claimed", "Repaid, derived")]
    secret = tokens.issue(make.user("warehouse"), "test", at=make.NOW)[1]
    told = Client().get("/api/losses", headers={"Authorization": f"Bearer {secret}"}).json()
    assert [row["units"] for row in told["losses"]] == [2, 10]
    assert not {"landed", "purchase", "back", "derived", "remainder", "left", "gain", "expected"} & set(
        told["losses"][0]
    )
    assert "amount" not in told["reimbursements"][0]


def test_the_address_and_the_command_tell_the_same() -> None:
    """Minor units by the address, money by the command, which explains a SKU's links."""
    books()
    secret = tokens.issue(make.user("finance"), "test", at=make.NOW)[1]
    told = Client().get("/api/losses?sku=A", headers={"Authorization": f"Bearer {secret}"}).json()
    assert [(row["number"], row["remainder"], row["state"]) for row in told["losses"]] == [
        ("U-2", 2_400, "due"), ("U-1", 3_000, "paid")]  # fmt: skip
    assert told["due"] == [told["losses"][0]["key"]]
    assert Client().get("/api/losses?sku=B", headers={"Authorization": f"Bearer {secret}"}).json()["losses"] == []
    said = CliRunner().invoke(app, ["losses", "A"]).output
    assert "1 claims lapse within 14 days" in said
    assert "U-1: stays first leg" in said
    assert "linked: only loss" in said


def test_books_without_losses_say_so() -> None:
    """An empty table is no answer."""
    post(*masters())
    assert "Nothing was lost" in text(visit("/losses/"))
    assert "nothing was lost" in CliRunner().invoke(app, ["losses"]).output
