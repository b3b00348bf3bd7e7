"""Starting in the middle of a year: the workbook comes in whole and only where it ties to what finance signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from entrepot.books import models
from entrepot.channels.files.setup_workbook import FIGURES, KINDS, TRIAL, open_setup, setup_workbook
from entrepot.channels.files.template_columns import columns
from entrepot.channels.files.templates import document_rows, fill_in_sheet
from entrepot.core.errors import ProblemError
from entrepot.core.spreadsheet import FillIn, write_workbook
from entrepot.sample.set_up import example_workbook
from entrepot.workflows.checking import check
from entrepot.workflows.revalue import revalue
from entrepot.workflows.set_up_books import set_up_books
from tests.workflows.ledger import assert_proven, bill, doc, masters

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SIGNED = [
    ("US", "inventory", "361.00", "USD"), ("US", "in_transit", "36.10", "USD"), ("US", "prepayments", "90.00", "USD"),
    ("US", "payables", "61.00", "USD"),
]  # fmt: skip


def papers() -> list[Any]:
    """100 units at 3.00 here, 10 of them at sea with their part of the freight; a deposit of 90.00; a freight bill of
    61.00 that is not paid."""
    return [
        *masters(),
        doc("opening_balance", "OPEN-1", "2026-06-30", location="LA", lines=[
            {"sku": "A", "quantity": 100, "received_on": "2026-02-01T00:00:00Z",
             "costs": [{"component": "goods", "money": {"amount": 30_000, "currency": "USD"}}]},
        ], company="US"),
        doc("shipment", "SHIP-1", "2026-06-30", company="US", origin={"location": "LA"}, destination="DE",
            lines=[{"sku": "A", "quantity": 10}]),
        doc("purchase_order", "PO-1", "2026-06-01", company="US", supplier="ACME", currency="USD",
            lines=[{"sku": "B", "quantity": 100, "price": {"amount": 300}}]),
        doc("payment", "PAY-1", "2026-06-02", company="US", supplier="ACME", currency="USD", amount=9_000,
            shares=[{"document": {"type": "purchase_order", "id": "PO-1"}, "amount": 9_000}]),
        bill("F-1", "2026-06-30", "freight", 6_100, ("opening_balance", "OPEN-1"), company="US", supplier="FWD"),
    ]  # fmt: skip


def workbook(folder: Path, documents: Sequence[Any], signed: Sequence[Sequence[str]], language: Any = "en") -> Path:
    """The documents as a filled-in workbook with this trial balance."""
    sheets = []
    for kind in KINDS:
        rows = [[row.get(c.name) for c in columns(kind)] for d in documents if d.type == kind
                for row in document_rows(d, language, "USD")]  # fmt: skip
        sheets.append(fill_in_sheet(kind, language, rows))
    sheets.append(FillIn(TRIAL[language], ["Company", "Figure", "Amount", "Currency"], signed))
    path = folder / "start.xlsx"
    path.write_bytes(write_workbook(sheets))
    return path


def test_the_workbook_becomes_the_books(tmp_path: Path) -> None:
    """Tried first, nothing stays; then all of it stands, ties to the cent, and the books prove themselves."""
    path = workbook(tmp_path, papers(), SIGNED)
    tried = set_up_books(path, dry_run=True, bounded=False)
    assert ([tie.difference for tie in tried.ties], tried.posted, tried.problems) == ([0, 0, 0, 0], False, [])
    assert not models.Document.objects.exists()
    done = set_up_books(path, bounded=False)
    assert done.posted
    assert done.documents["opening_balance"] == 1
    revalue()
    assert models.StockFigure.objects.filter(item__sku="A").count() == 2
    assert check().residue == 0


def test_chinese_sheets_are_read_alike(tmp_path: Path) -> None:
    """The same workbook with Chinese sheets, headings and figures."""
    signed = [(company, FIGURES[figure], amount, currency) for company, figure, amount, currency in SIGNED]
    assert set_up_books(workbook(tmp_path, papers(), signed, "zh"), bounded=False).posted


def test_a_cent_beside_the_accounts_keeps_all_out(tmp_path: Path) -> None:
    """The difference is named per figure, and nothing came in."""
    signed = [*SIGNED[:3], ("US", "payables", "61.01", "USD")]
    kept_out = set_up_books(workbook(tmp_path, papers(), signed), bounded=False)
    assert [(tie.figure, tie.difference) for tie in kept_out.ties if tie.difference] == [("payables", -1)]
    assert not kept_out.posted
    assert not models.Document.objects.exists()


@pytest.mark.parametrize(("owed", "ties"), [("84.00", True), ("96.00", True), ("80.00", False)])
def test_a_part_paid_bill_in_another_currency_ties_at_its_own_rate_or_the_closing_rate(
    tmp_path: Path, owed: str, ties: bool
) -> None:
    """1,000.00 CNY billed at 0.14, 400.00 of them paid with 60.00 USD: 84.00 are owed at the bill's rate, 96.00 at the 0.16 of
    the day of the opening, and not 80.00, which is the bill less what left the bank."""
    rates = [doc("fx_rate", on, on, base="CNY", quote="USD", numerator=cents, denominator=100, date=on)
             for on, cents in (("2026-06-29", 14), ("2026-06-30", 16))]  # fmt: skip
    told = [paper for paper in papers() if paper.type in ("company", "location", "item", "opening_balance")]
    invoice = bill("F-1", "2026-06-29", "freight", 100_000, ("opening_balance", "OPEN-1"), company="US", supplier="FWD",
                   currency="CNY")  # fmt: skip
    part = doc("payment", "PAY-1", "2026-06-29", company="US", supplier="FWD", currency="CNY", amount=40_000, base_amount=6_000,
               shares=[{"document": {"type": "cost_bill", "id": "F-1"}, "amount": 40_000}])  # fmt: skip
    signed = [("US", "payables", owed, "USD")]
    done = set_up_books(workbook(tmp_path, [*told, *rates, invoice, part], signed), bounded=False)
    assert (done.posted, done.problems) == (ties, []), done


def test_one_wrong_row_keeps_all_out_and_says_where(tmp_path: Path) -> None:
    """An unknown SKU in an opening balance: its document, line and remedy; nothing half done."""
    documents = papers()
    documents[-5] = doc("opening_balance", "OPEN-1", "2026-06-30", location="LA", company="US", lines=[
        {"sku": "NOT-THERE", "quantity": 5},
    ])  # fmt: skip
    kept_out = set_up_books(workbook(tmp_path, documents, []), bounded=False)
    assert any(p.code == "unknown_item" and p.remedy for p in kept_out.problems)
    assert not kept_out.posted
    assert not models.Document.objects.exists()


@pytest.mark.parametrize(
    "signed", [[("", "inventory", "1", "USD")], [("US", "goodwill", "1", "USD")], [("US", "inventory", "much", "USD")]]
)
def test_a_trial_balance_that_cannot_be_read_is_refused(tmp_path: Path, signed: list[Sequence[str]]) -> None:
    """The line of its sheet and what would be right."""
    with pytest.raises(ProblemError) as refused:
        set_up_books(workbook(tmp_path, papers(), signed), bounded=False)
    assert (refused.value.problems[0].code, refused.value.problems[0].line) == ("bad_trial_balance", 2)


def test_the_empty_workbook_reads_as_nothing_to_do(tmp_path: Path) -> None:
    """Every sheet is there, none has rows; a workbook of another kind is refused."""
    (tmp_path / "empty.xlsx").write_bytes(setup_workbook("zh"))
    file = open_setup(tmp_path / "empty.xlsx", bounded=False)
    assert (file.tables, file.trial) == ({}, ())
    (tmp_path / "other.xlsx").write_bytes(write_workbook([FillIn("Prices", ["A"], [["1"]])]))
    with pytest.raises(ProblemError, match="none of the sheets"):
        open_setup(tmp_path / "other.xlsx", bounded=False)


def test_people_of_the_workbook(tmp_path: Path) -> None:
    """A faulty person is told by cell and keeps everything out; the right ones come in with a password each, said once."""
    from django.contrib.auth import authenticate

    from entrepot.channels.files.setup_users import HEADS, USERS

    def people(*rows: list[str], language: Any = "en") -> Path:
        path = workbook(tmp_path, papers(), SIGNED, language)
        sheets = [FillIn(USERS[language], HEADS[language], rows)]
        found = [fill_in_sheet(k, language, [[r.get(c.name) for c in columns(k)] for d in papers() if d.type == k
                                             for r in document_rows(d, language, "USD")]) for k in KINDS]  # fmt: skip
        path.write_bytes(write_workbook([*found, *sheets]))
        return path

    wrong = set_up_books(
        people(["ann", "finance", "US", "", ""], ["", "viewer", "", "", ""], ["bob", "king", "", "", "LA"],
               ["eve", "viewer", "", "", "MOON"]), bounded=False,
    )  # fmt: skip
    assert [(p.line, p.field, p.code) for p in wrong.problems] == [
        (3, "name", "bad_name"), (4, "role", "unknown_role"), (5, "places", "unknown_location"),
    ]  # fmt: skip
    assert (wrong.posted, wrong.users, models.Membership.objects.count(), models.Document.objects.count()) == (
        False,
        [],
        0,
        0,
    )
    good = people(["ann", "财务", "US", "", ""], ["wes", "仓库", "", "", "LA、DE"], language="zh")
    assert set_up_books(good, bounded=False, users_allowed=False).problems[0].code == "not_allowed"
    assert set_up_books(good, dry_run=True, bounded=False).users == []
    assert models.Membership.objects.count() == 0
    done = set_up_books(good, bounded=False)
    assert done.posted
    assert all(authenticate(username=name, password=password) for name, password in done.users)
    wes = models.Membership.objects.get(user__username="wes")
    assert (wes.role, sorted(x.code for x in wes.locations.all())) == ("warehouse", ["DE", "LA"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_a_seller_in_mid_year_comes_in_and_ties(tmp_path: Path, language: str) -> None:
    """Two companies in two currencies; what its accountant signs is added up without the books, and the checker agrees."""
    path = tmp_path / "example.xlsx"
    path.write_bytes(example_workbook("zh" if language == "zh" else "en", date(2026, 7, 1)))

    done = set_up_books(path)

    assert done.problems == []
    assert {(t.company, t.figure): t.difference for t in done.ties} == {
        (company, figure): 0 for company in ("SZ", "HK")
        for figure in ("inventory", "in_transit", "prepayments", "payables") if (company, figure) != ("HK", "in_transit")
    }  # fmt: skip
    assert done.posted
    revalue()
    assert_proven()
