"""The commands in this process: what they say, what they do to the books, how they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.books import intake, models
from entrepot.books.access import viewer_for
from entrepot.faces.cli import importing
from entrepot.faces.cli.main import app
from entrepot.workflows.revalue import revalue
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ORDERS = """Order ID,SKU,Quantity,Price,Date
A-1,MUG,2,4.50,2026-01-05
A-2,MUG,1,4.50,2026-01-06
A-3,CUP,three,2.00,2026-01-06
A-4,CUP,1,2.00,2026-01-07
"""
SAID = ("--channel", "web", "--currency", "EUR", "--zone", "Europe/Berlin")

Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    """Run a command; ``code`` is the exit code that it must end with."""

    def _run(*arguments: str, code: int = 0, typed: str = "") -> Any:
        done = CliRunner().invoke(app, list(arguments), input=typed)
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done

    return _run


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Four order lines, one of them without a number of units."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


@pytest.fixture
def _books() -> None:
    """A receipt with a freight bill, an order, a row that waits; valued."""
    papers = [
        *ledger.masters(), ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.bill("F-1", "2026-01-03", "freight", 5001, ("receipt", "R-1")),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000, buyer={"name": "Zoë"}),
        ledger.sale("S-2", "2026-01-04", 1, sku="NOT-THERE", amount=100),
    ]  # fmt: skip
    intake.post(papers, name="books", recorded_at=make.instant(2026, 1, 20))
    revalue()


def test_an_import_says_what_came_in_and_why_the_rest_waits(run: Run, orders: Path) -> None:
    """Totals, what was assumed, one row in quarantine with its line and remedy; again: nothing new; undone: gone."""
    first = run("import", str(orders), *SAID, "--new-items", "create").output
    assert "4 rows read as order_lines" in first
    assert "3 posted · 0 known already · 1 in quarantine" in first
    assert "shop web (assumed)" in first
    assert "A-3, line 4, field Quantity: three" in first
    assert "write it like 12" in first
    assert "valued 2 items, 3 sales" in first
    again = run("import", str(orders), *SAID, "--new-items", "create").output
    assert "0 posted · 4 known already · 0 in quarantine" in again
    assert "the books are unchanged" in again
    batch = models.Batch.objects.filter(posted__gt=0, name="orders.csv").get().pk
    assert "3 documents taken back" in run("undo", str(batch)).output
    assert models.Reversed.objects.count() == 3
    assert "was undone already" in run("undo", str(batch), code=1).output


def test_a_dry_run_changes_nothing(run: Run, orders: Path) -> None:
    """It shows the same totals, and the books stay empty."""
    output = run("import", str(orders), *SAID, "--new-items", "create", "--dry-run").output
    assert "orders.csv would bring:" in output
    assert "3 posted" in output
    assert (models.Batch.objects.count(), models.Document.objects.count(), models.Item.objects.count()) == (0, 0, 0)


def test_a_person_is_asked_after_the_totals(run: Run, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal: no leaves the books as they are, yes posts what was shown."""
    monkeypatch.setattr(importing, "on_terminal", lambda: True)
    arguments = ("import", str(orders), *SAID, "--new-items", "create")
    refused = run(*arguments, typed="n\n").output
    assert refused.index("3 posted") < refused.index("Post it?")
    assert models.Document.objects.count() == 0
    run(*arguments, typed="y\n")
    assert models.SalesLine.objects.count() == 3


def test_a_watched_folder_is_imported_once(run: Run, tmp_path: Path) -> None:
    """What needs no answer comes in, what asks is said and stays; the next day brings nothing twice."""
    run("import", str(_listed(tmp_path / "items.csv")), "--yes")
    watched = tmp_path / "inbox"
    watched.mkdir()
    _listed(watched / "items.csv")
    (watched / "more.csv").write_text("type,id,name\nsupplier,S1,Maker\n", encoding="utf-8")
    (watched / "unclear.csv").write_text(ORDERS, encoding="utf-8")
    first = run("daily", "--folder", str(watched)).output
    assert "more.csv: import" in first
    assert "question open" in first
    assert "items.csv: import" not in first
    assert models.Supplier.objects.count() == 1
    assert "more.csv: import" not in run("daily", "--folder", str(watched)).output


def _listed(path: Path) -> Path:
    path.write_text("type,id,name\nitem,MUG,Mug\n", encoding="utf-8")
    return path


def test_a_refused_file_does_not_hold_up_those_before_it(run: Run, orders: Path, tmp_path: Path) -> None:
    """The first file is posted and valued, the second is refused with exit code 1 and leaves nothing."""
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    output = run("import", str(orders), str(empty), *SAID, "--new-items", "create", code=1).output
    assert output.index("3 posted") < output.index("valued 2 items")
    assert "empty" in output
    assert models.Batch.objects.filter(name="empty.csv").count() == 0


def test_unknown_items_wait_unless_they_are_to_be_created(run: Run, orders: Path) -> None:
    """By default a line of an unknown SKU is no sale; it waits with its money."""
    output = run("import", str(orders), *SAID).output
    assert "unknown item" in output
    assert models.Quarantine.objects.filter(code="unknown_item").count() == 3
    listed = run("quarantine", "list", "--reason", "unknown_item").output
    assert "15.50 EUR" in listed
    number = models.Quarantine.objects.filter(code="unknown_item").values_list("pk", flat=True)[0]
    assert "1 dismissed" in run("quarantine", "dismiss", str(number)).output
    assert "not waiting" in run("quarantine", "dismiss", str(number), code=1).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", "no-such-file.csv"), "there is no such file"),
        (("import", "ORDERS", "--new-items", "guess"), "choose one of refuse, create"),
        (("import", "ORDERS", "--channel", "web"), "its currency"),
        (("import", "ORDERS", *SAID, "--mapping", "{nonsense"), "the mapping cannot be read"),
        (("import", "ORDERS", *SAID, "--as-of", "yesterday"), "this is no date"),
        (("undo", "77"), "there is no such import"),
        (("template", "letter"), "there is no such template"),
        (("close", "XX", "2026-01"), "there is no such company"),
        (("explain", "XX"), "there is no such sku or order"),
        (("erase", "XX"), "no such order is known"),
        (("restore", "no-such-file"), "there is no such file"),
        (("user", "password", "nobody"), "there is no such user"),
    ],
)
def test_a_refusal_says_what_to_do(run: Run, orders: Path, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 1, the problem and its remedy, no traceback."""
    told = [str(orders) if part == "ORDERS" else part for part in arguments]
    output = " ".join(run(*told, code=1, typed="a long enough phrase 7\n").output.lower().split())
    assert says in output
    assert "what to do:" in output


def test_a_question_is_answered_by_an_option(run: Run, tmp_path: Path) -> None:
    """01/02/2026 may be two days: nothing is posted until --date-order says which."""
    path = tmp_path / "orders.csv"
    path.write_text("Order ID;SKU;Quantity;Price;Date\nA-1;MUG;2;4,50;01/02/2026\n", encoding="utf-8")
    asked = run("import", str(path), *SAID, "--new-items", "create", code=1).output
    assert "--date-order" in asked
    assert models.Document.objects.count() == 0
    run("import", str(path), *SAID, "--new-items", "create", "--date-order", "day_first")
    assert models.SalesLine.objects.get().amount == 900


@pytest.mark.usefixtures("_books")
def test_the_check_passes_and_fails_with_its_exit_code(run: Run) -> None:
    """Residue 0 and code 0; one unit too many in a balance: residue, code 1, and its place."""
    assert "residue 0" in run("check").output
    models.Balance.objects.update(on_hand=71)
    found = json.loads(run("check", "--json", code=1).stdout)
    assert found["residue"] == 1
    assert found["residues"][0]["identity"] == "B"
    assert models.Job.objects.filter(kind="check", state="done").count() == 2


@pytest.mark.usefixtures("_books")
def test_explain_opens_stock_and_orders(run: Run) -> None:
    """The freight bill stands in both with its part of 50.01; the parts add up."""
    stock, order = run("explain", "A").output, run("explain", "S-1").output
    assert "70 units, book cost 245.01 USD" in stock
    assert "35.01 USD" in stock
    assert "30 sold, 0 returned, net 270.00 USD, book cost 105.00 USD" in order
    assert "15.00 USD" in order
    assert "F-1" in stock
    assert "F-1" in order


@pytest.mark.usefixtures("_books")
def test_a_month_is_closed_and_reopened(run: Run) -> None:
    """Both are facts; the closing says what was reported."""
    assert "70 units, 245.01 USD" in run("close", "US", "2026-01").output
    assert "REOPEN-2026-01" in run("reopen", "US", "2026-01", "--reason", "late bill").output
    assert list(models.Period.objects.order_by("version").values_list("closed", flat=True)) == [True, False]


@pytest.mark.usefixtures("_books")
def test_a_buyer_is_forgotten(run: Run) -> None:
    """The personal fields cannot be read any more; the sale and its figures stay."""
    order = models.Document.objects.get(external_id="S-1").pk
    assert intake.personal.read(order) == {"name": "Zoë"}
    assert "1 keys destroyed" in run("erase", "S-1").output
    assert intake.personal.read(order) is None
    assert "residue 0" in run("check").output
    assert models.AuditEntry.objects.filter(action="personal.erase").count() == 1


@pytest.mark.usefixtures("_books")
def test_users_are_made_listed_and_given_passwords(run: Run) -> None:
    """The password comes from a pipe; scope and role hold; a weak one is refused."""
    run("user", "add", "ann", "--role", "warehouse", "--company", "US", typed=f"{make.PASSWORD}\n")
    assert "warehouse" in run("user", "list").output
    user = make.get_user_model().objects.get(username="ann")
    assert user.check_password(make.PASSWORD)
    assert viewer_for(user).role == "warehouse"
    assert "weak password" in run("user", "password", "ann", typed="12345\n", code=1).output
    run("user", "password", "ann", typed="another long phrase 8\n")
    user.refresh_from_db()
    assert user.check_password("another long phrase 8")
    made_up = run("user", "add", "bo").output
    assert "said once" in made_up


def test_templates_are_written_and_listed(run: Run, tmp_path: Path) -> None:
    """A workbook per type and language; without a type, all are listed in the language asked for."""
    run("template", "receipt", "--language", "zh", "--out", str(tmp_path))
    assert (tmp_path / "entrepot-receipt-zh.xlsx").read_bytes()[:2] == b"PK"
    assert "采购订单" in run("template", "--language", "zh").output


def test_books_of_a_newer_version_are_left_alone(run: Run) -> None:
    """An older program does not touch what it does not know."""
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.create(app="books", name="9999_from_the_future")
    assert "newer version" in run("check", code=1).output


def test_the_first_owner_is_made_once() -> None:
    """Nobody can sign in: an owner with a password said once; after that, none."""
    from entrepot.workflows.setup import first_owner

    password = first_owner("demo")
    assert password
    assert make.get_user_model().objects.get(username="demo").check_password(password)
    assert first_owner("demo") is None
