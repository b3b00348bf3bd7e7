"""The commands on money that can be had back: what they say of books that have it, and of books that have not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.books import models
from entrepot.faces.cli.main import app
from tests.books.intake import test_rebates as tax
from tests.workflows import ledger as books
from tests.workflows import test_bill_audit as freight

pytestmark = pytest.mark.django_db
COMMANDS = ("bill-audit", "storage", "rebates", "duty-refunds", "salvage")


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_empty_books_say_so() -> None:
    """Nothing to recover is an answer, not a table without rows."""
    books.post(*books.masters())
    told = {name: said(name) for name in COMMANDS}
    assert "no freight bill" in told["bill-audit"]
    assert "no VAT invoice" in told["rebates"]
    assert "no duty refund" in told["duty-refunds"]
    assert "nothing stands unsalable" in told["salvage"]


def test_what_can_be_had_back_is_told_with_its_money(settings: Any, tmp_path: Path) -> None:
    """The dispute and its letters, the claim, the refund by SKU."""
    (tmp_path / "rules" / "cards").mkdir(parents=True)
    (tmp_path / "rules" / "cards" / "sea.toml").write_text(freight.CARD)
    settings.HOME = tmp_path
    over = freight.forwarded(
        "F1", {"amount": 12_000, "billed_units": "240"}, {"component": "handling", "amount": 4_500}
    )
    tax.post([*freight.shipped(), over, tax.invoice(), tax.declaration(quantity=60),
              tax.duty("K1", 1_000, "R1", entry="E-1"), tax.refund(400, entry="E-1")])  # fmt: skip
    dates = ("--from", "2026-01-01", "--to", "2026-12-31")
    assert "in dispute: 20.00 USD" in said("bill-audit", *dates, "--letters", str(tmp_path / "out"), "--language", "zh")
    assert "多收 20.00 USD" in (tmp_path / "out" / "dispute-F1.txt").read_text("utf-8")
    models.Item.objects.update(hs_code="95030089")  # toys: 13 % by the rule book
    rebates = said("rebates")
    assert "waiting to be claimed: 130.00 CNY" in rebates
    assert "78.00 CNY" in rebates
    assert "4.00 USD" in said("duty-refunds", "DR1")
