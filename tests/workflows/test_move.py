"""Moving the books: the same facts, figures and keys in the other database, all of them or none."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from entrepot.audit import figures_hash, ledger_hash
from entrepot.books import intake, models
from entrepot.core.errors import ProblemError
from entrepot.workflows import move as moving
from entrepot.workflows import moved, setup, table_rows, users
from entrepot.workflows.revalue import revalue
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def empty_database(postgresql_server: str) -> Iterator[str]:
    """URL of a new database, dropped afterwards."""
    name = f"moved_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(urlsplit(postgresql_server)._replace(path=f"/{name}"))
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def no_mark() -> Iterator[None]:
    """The home of the test run is used again."""
    yield
    (Path(settings.HOME) / moved.MARK).unlink(missing_ok=True)


def _books() -> None:
    papers = [
        *ledger.masters(), ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.bill("F-1", "2026-01-03", "freight", 5001, ("receipt", "R-1")),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000, buyer={"name": "Zoë", "city": "Köln"}),
        ledger.sale("S-2", "2026-01-04", 1, sku="NOT-THERE", amount=100),
    ]  # fmt: skip
    intake.post(papers, name="books", recorded_at=make.NOW)
    revalue()
    users.add("ann", make.PASSWORD, "finance", companies=("US",), actor="test")
    company = models.Company.objects.get(code="US")
    said = {"share": -0.0, "far": 1e22, "text": "库存 ≈ \\u0000"}
    models.DemandRun.objects.create(company=company, made_at=1, as_of=1, last_week="2026-01-05", series=1, content=said)


def _run(*arguments: str, home: Path, url: str = "") -> Any:
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ENTREPOT_TEST_DATABASE")}
    environment = {**kept, "ENTREPOT_HOME": str(home), **({"DATABASE_URL": url} if url else {})}
    command = [sys.executable, "-m", "entrepot.faces.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_books_go_over_and_come_back(empty_database: str, tmp_path: Path) -> None:
    """To PostgreSQL, where posting goes on and facts are protected, and back into a folder: hashes equal, residue 0."""
    _books()
    facts, figures = ledger_hash(connection), figures_hash(connection)
    done = moving.move(empty_database, actor="test")
    assert (done.ledger, done.figures, done.residue) == (facts, figures, 0)
    assert moved.moved_to() == done.place
    home = tmp_path / "home"
    home.mkdir()
    with psycopg.connect(empty_database) as there:
        with pytest.raises(psycopg.errors.RestrictViolation, match="facts are only appended"):
            there.execute("UPDATE books_movement SET quantity = 1")
        there.rollback()
        last = there.execute("SELECT MAX(id) FROM books_membership").fetchone()
    added = subprocess.run(
        [sys.executable, "-m", "entrepot.faces.cli", "user", "add", "bo"], input=f"{make.PASSWORD}\n",
        env={**os.environ, "DATABASE_URL": empty_database, "ENTREPOT_HOME": str(home)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with psycopg.connect(empty_database) as there:
        newest = there.execute("SELECT MAX(id) FROM books_membership").fetchone()
    assert (newest or (0,))[0] > (last or (0,))[0]
    back = _run("move", "--to", str(tmp_path / "back"), home=home, url=empty_database)
    assert back.returncode == 0, back.stdout + back.stderr
    assert {facts, figures} <= set(back.stdout.split())
    with sqlite3.connect(tmp_path / "back" / "entrepot.sqlite3") as there:
        assert there.execute("SELECT COUNT(*) FROM books_document").fetchone() == (models.Document.objects.count(),)
    with pytest.raises(ProblemError) as refused:
        setup.prepare()
    assert refused.value.problems[0].code == "books_moved"


def test_books_are_never_put_over_others(empty_database: str, tmp_path: Path) -> None:
    """A database with books, with other tables, out of reach, or the very same is refused; nothing is marked."""
    _books()
    with psycopg.connect(empty_database) as there:
        there.execute("CREATE TABLE customers (id int)")
    for to, code in [
        (empty_database, "not_empty"),
        (empty_database.replace("/moved_", "/missing_"), "no_database"),
        ("mysql://ann:secret@db/books", "unknown_database"),
        (str(Path(settings.HOME) / "inside"), "same_folder"),
    ]:
        with pytest.raises(ProblemError) as refused:
            moving.move(to)
        assert refused.value.problems[0].code == code
        assert "secret" not in str(refused.value.problems[0])
    assert moved.moved_to() == ""


def test_a_move_that_fails_leaves_an_empty_target(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error after the last row, or a write into the old books meanwhile: no row arrived; the next move succeeds."""
    _books()

    def full(*_: object) -> None:
        raise OSError("disk full")

    compare = moving._compare
    monkeypatch.setattr(moving, "_compare", full)
    with pytest.raises(OSError, match="disk full"):
        moving.move(empty_database)
    with psycopg.connect(empty_database) as there:
        assert there.execute("SELECT COUNT(*) FROM books_document").fetchone() == (0,)

    def while_others_write(*given: Any) -> tuple[str, str]:
        path = Path(settings.HOME) / "other.py"
        path.write_text(OTHER)
        database = str(connection.settings_dict["NAME"])
        subprocess.run([sys.executable, str(path), connection.vendor, database], check=True, env=dict(os.environ))
        return compare(*given)

    monkeypatch.setattr(moving, "_compare", while_others_write)
    with pytest.raises(ProblemError) as refused:
        moving.move(empty_database)
    assert refused.value.problems[0].code == "books_went_on"
    with psycopg.connect(empty_database) as there:
        assert there.execute("SELECT COUNT(*) FROM books_document").fetchone() == (0,)
    monkeypatch.setattr(moving, "_compare", compare)
    assert moving.move(empty_database).residue == 0


OTHER = """
import os, sys
vendor, name = sys.argv[1:]
if vendor == "sqlite":
    import sqlite3
    with sqlite3.connect(name, timeout=30) as there:
        there.execute("UPDATE books_membership SET role = 'viewer'")
else:
    import psycopg
    from urllib.parse import urlsplit, urlunsplit
    with psycopg.connect(urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + name))) as there:
        there.execute("UPDATE books_membership SET role = 'viewer'")
"""


def test_numbers_have_one_spelling_in_both_databases() -> None:
    """What PostgreSQL would write otherwise is written so from the start, nested too."""
    said = table_rows.one_spelling({"a": [-0.0, {"b": 1e22}], "c": [1.5, 2, True, None, "1e5"]})
    assert json.dumps(said) == '{"a": [0.0, {"b": 10000000000000000000000}], "c": [1.5, 2, true, null, "1e5"]}'
