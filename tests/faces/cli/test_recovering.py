"""The commands on money that can be had back: what they say of books that have it, and of books that have not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.books import models
from entrepot.faces.cli.main import app
from entrepot.workflows.reconcile import reconcile
from tests.books.intake import test_rebates as tax
from tests.workflows import ledger as books
from tests.workflows import test_bill_audit as freight
from tests.workflows import test_levies_accrued as levied

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


def test_a_schemes_bill_takes_the_place_of_what_was_accrued(settings: Any, tmp_path: Path) -> None:
    """Accrued by month, billed by the scheme, nothing left to wait; a bill of nothing accrued is refused."""
    levied.rules(tmp_path)
    settings.HOME = tmp_path
    levied.shop(levied.german("S-1", "2026-02-03", 1_000))
    levied.run(tmp_path)
    assert "DE-paper" in said("levies")
    bill = (
        "--amount",
        "25.00",
        "--currency",
        "USD",
        "--from",
        "2026-02-01",
        "--to",
        "2026-02-28",
        "--on",
        "2026-03-05",
    )
    told = said("levy-bill", "DUAL", "L-1", *bill)
    assert "L-1 of DUAL: 25.00 USD takes the place" in told
    assert "no levy waits for a bill" in said("levies")
    assert models.CostLine.objects.get(document__external_id="L-1", replacement=None).amount == 2_500
    refused = CliRunner().invoke(app, ["levy-bill", "DUAL", "L-2", *bill])
    assert refused.exit_code == 1
    assert "no levy accrued" in refused.output
    assert reconcile()[0].residue == 0
