"""Backup and restore: the same books come back, on either database, from a moment in which others were writing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from entrepot.audit import ledger_hash
from entrepot.books import intake, jobs, models
from entrepot.core.errors import ProblemError
from entrepot.workflows import backup, table_rows, users
from entrepot.workflows.checking import check
from entrepot.workflows.revalue import revalue
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

WRITER = """
import sys
from entrepot.faces.cli.opening import open_books
open_books()
from entrepot.books import intake
from entrepot.workflows.clock import now
from tests.workflows import ledger
intake.post(ledger.masters(), name="masters", recorded_at=now())
print("ready", flush=True)
for n in range(2000):
    papers = [ledger.receipt(f"R-{n}-{k}", "2026-01-05", 10, 300) for k in range(5)]
    papers += [ledger.sale(f"S-{n}-{k}", "2026-01-06", 3, amount=900) for k in range(5)]
    intake.post(papers, name=f"batch {n}", recorded_at=now())
    print(n, flush=True)
"""


def _books() -> None:
    """A receipt, a bill, a sale with a buyer, a row in quarantine, a user, a job under way."""
    papers = [
        *ledger.masters(), ledger.receipt("R-1", "2026-01-02", 100, 300),
        ledger.bill("F-1", "2026-01-03", "freight", 5001, ("receipt", "R-1")),
        ledger.sale("S-1", "2026-01-04", 30, amount=27_000, buyer={"name": "Zoë", "city": "Köln"}),
        ledger.sale("S-2", "2026-01-04", 1, sku="NOT-THERE", amount=100),
    ]  # fmt: skip
    report = intake.post(papers, name="books", recorded_at=make.NOW)
    assert report.quarantined == 1
    revalue()
    users.add("ann", make.PASSWORD, "finance", companies=("US",), actor="test")
    jobs.enqueue("revalue", {}, "ann", at=make.NOW)


def _digests() -> dict[str, str]:
    """Table to the digest of its rows, jobs apart: a restore ends those that were under way."""
    kept = [model for model in backup.kept_models(backup.live) if model is not models.Job]
    return {model._meta.db_table: backup.digest(table_rows.lines(model, connection.alias)) for model in kept}


def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    """Every table has the same rows again, buyers can be read, facts are protected, and posting goes on."""
    _books()
    before, file = _digests(), tmp_path / "books.entrepot"
    done = backup.backup(file)
    assert done.rows > 40
    intake.post([ledger.receipt("R-2", "2026-01-09", 5, 300)], name="later", recorded_at=make.NOW + 1)
    assert _digests() != before
    assert backup.restore(file, replace=True).ledger == done.ledger == ledger_hash(connection)
    assert _digests() == before
    assert models.Job.objects.get().state == "failed"
    order = models.Document.objects.get(external_id="S-1")
    assert intake.personal.read(order.pk) == {"name": "Zoë", "city": "Köln"}
    with pytest.raises(Exception, match="facts are only appended"):
        models.Movement.objects.update(quantity=1)
    report = intake.post([ledger.receipt("R-3", "2026-01-09", 5, 300)], name="after", recorded_at=make.NOW + 2)
    revalue()
    assert (report.posted, check().residues) == (1, [])
    users.add("bo", make.PASSWORD, "viewer", actor="test")  # keys made by the database go on behind the restored ones


def test_books_that_are_not_empty_are_kept(tmp_path: Path) -> None:
    """Without being told to replace them, a restore refuses and changes nothing."""
    _books()
    file = tmp_path / "books.entrepot"
    backup.backup(file)
    before = _digests()
    with pytest.raises(ProblemError) as refused:
        backup.restore(file)
    assert (refused.value.problems[0].code, _digests()) == ("not_empty", before)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (
            "damaged_backup",
            lambda name, content: content.replace(b"R-1", b"R-9") if "books_document." in name else content,
        ),
        ("damaged_backup", lambda name, content: None if "books_movement" in name else content),
        ("newer_backup", lambda name, content: content.replace(b'"format": 1', b'"format": 2')),
        ("newer_backup", lambda name, content: content.replace(b'"books": "0', b'"books": "9')),
        ("other_schema", lambda name, content: re.sub(rb'"books": "[^"]*"', b'"books": "0001_initial"', content)),
        ("not_a_backup", lambda name, content: None if name == "manifest.json" else content),
    ],
)
def test_a_backup_that_is_not_whole_is_refused(tmp_path: Path, code: str, change: Any) -> None:
    """Changed, cut or newer: the reason is said, the books stay as they are."""
    _books()
    file, spoilt = tmp_path / "books.entrepot", tmp_path / "spoilt.entrepot"
    backup.backup(file)
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(spoilt, "w") as other:
        for name in whole.namelist():
            content = change(name, whole.read(name))
            if content is not None:
                other.writestr(name, content)
    before = _digests()
    with pytest.raises(ProblemError) as refused:
        backup.restore(spoilt, replace=True)
    assert (refused.value.problems[0].code, _digests()) == (code, before)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    """Half a file is no backup."""
    _books()
    file = tmp_path / "books.entrepot"
    backup.backup(file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(ProblemError) as refused:
        backup.read_manifest(file)
    assert refused.value.problems[0].code == "not_a_backup"


def test_a_failing_restore_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the last table of a restore leaves the books as they were, still protected."""
    _books()
    file, before = tmp_path / "books.entrepot", _digests()
    backup.backup(file)

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(backup.bulk, "settle_sequences", full)
    with pytest.raises(OSError, match="disk full"):
        backup.restore(file, replace=True)
    assert _digests() == before
    with pytest.raises(Exception, match="facts are only appended"):
        models.Movement.objects.update(quantity=1)


def test_a_backup_while_another_process_posts_is_one_moment(tmp_path: Path) -> None:
    """Taken from a SQLite home in use, restored into the database of this test run: whole batches, residue 0."""
    home, file = tmp_path / "home", tmp_path / "books.entrepot"
    environment = _sqlite_home(home)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        try:
            for line in writer.stdout:
                if line.strip() == "3":
                    break
            done = _entrepot("backup", str(file), environment=environment)
            assert (done.returncode, writer.poll()) == (0, None), done.stderr
        finally:
            writer.kill()
    backup.restore(file, replace=True)
    batches = models.Batch.objects.count() - 1
    assert batches >= 4
    assert models.Document.objects.filter(type__in=("receipt", "sales_order")).count() == 10 * batches
    revalue()
    report = check()
    assert (report.residue, report.residues[:3]) == (0, [])


def test_a_backup_restores_into_a_new_home(tmp_path: Path) -> None:
    """On a machine without any books: restore makes them, and the check there passes."""
    _books()
    file, environment = tmp_path / "books.entrepot", _sqlite_home(tmp_path / "other")
    backup.backup(file)
    done = _entrepot("restore", str(file), environment=environment)
    assert done.returncode == 0, done.stderr
    checked = _entrepot("check", "--json", environment=environment)
    found = json.loads(checked.stdout)
    assert (found["residue"], found["counts"]["documents"]) == (0, models.Document.objects.count())


def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Written by the first version: the new home gets the old schema, the rows, then the tables and columns since."""
    _books()
    file, older = tmp_path / "books.entrepot", tmp_path / "older.entrepot"
    backup.backup(file)
    first = _columns_of_the_first_version()
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(older, "w") as other:
        manifest = json.loads(whole.read("manifest.json"))
        manifest["migrations"]["books"] = FIRST
        for name in [n for n in manifest["tables"] if n.startswith("books_")]:
            if name not in first:
                del manifest["tables"][name]
                continue
            entry = manifest["tables"][name]
            kept = [place for place, column in enumerate(entry["columns"]) if column in first[name]]
            lines = [json.loads(line) for line in whole.read(f"tables/{name}.json").splitlines()]
            rows = b"".join(_line([[row[place] for place in kept] for row in part]) for part in lines)
            entry |= {"columns": [entry["columns"][place] for place in kept], "sha256": sha256(rows).hexdigest()}
            other.writestr(f"tables/{name}.json", rows)
        for name in whole.namelist():
            if not name.startswith("tables/books_") and name != "manifest.json":
                other.writestr(name, whole.read(name))
        other.writestr("manifest.json", json.dumps(manifest))
    environment = _sqlite_home(tmp_path / "other")
    done = _entrepot("restore", str(older), environment=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(_entrepot("check", "--json", environment=environment).stdout)["residue"] == 0


FIRST = "0002_facts_are_only_appended"


def _columns_of_the_first_version() -> dict[str, set[str]]:
    """Table → columns of the books as their first version made them."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    state = MigrationLoader(connection).project_state([("books", FIRST)])
    models = [model for model in state.apps.get_models() if model._meta.app_label == "books"]
    return {m._meta.db_table: {field.column for field in m._meta.local_concrete_fields} for m in models}


def _line(rows: list[Any]) -> bytes:
    """A line of a table as the backup writes it: one text for one content."""
    return json.dumps(rows, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _sqlite_home(home: Path) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "ENTREPOT_TEST_DATABASE")}
    return {**kept, "ENTREPOT_HOME": str(home), "PYTHONPATH": root}


def _entrepot(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "entrepot.faces.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
