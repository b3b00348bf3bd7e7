"""The whole of the books in one file, taken while the service runs, and put back into SQLite or PostgreSQL alike.

The file is a zip: one member per table (rows as JSON in the order of their keys), the signing key, and a manifest with
the rows and the digest of each table, the schema they belong to and the hash of the ledger. Rows are read in one
read-only transaction that holds up nobody, so a backup is the books of one moment. A restore is one transaction too:
all of it or nothing, and it reads everything back to see that the digests are the same. What can be made anew (the
snapshot, sessions, the queue) is left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps as live
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

import entrepot
from entrepot import audit
from entrepot.books import bulk, immutability, models
from entrepot.core.calendar import to_datetime
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import setup, table_rows
from entrepot.workflows.clock import now
from entrepot.workflows.reading import snapshot_of_books

FORMAT = 1
MANIFEST, KEY = "manifest.json", "secret.key"
LEFT_OUT = frozenset({"contenttypes", "sessions", "django_tasks_database"})
"""Apps whose tables hold nothing of the books."""


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds; ``ledger`` is the hash of its facts."""

    path: Path
    tables: int
    rows: int
    size: int
    ledger: str


def backup(path: Path, *, progress: Progress = SILENT) -> BackedUp:
    """Write the books as they are at this moment to ``path``, which is replaced only when the file is whole."""
    part = path.with_name(path.name + ".part")
    tables: dict[str, dict[str, Any]] = {}
    try:
        with snapshot_of_books() as alias, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            kept = kept_models(live)
            progress.begin("backing up", len(kept))
            for model in kept:
                tables[model._meta.db_table] = _write(file, model, alias)
                progress.advance()
            ledger = audit.ledger_hash(connections[alias])
            secret = Path(settings.HOME) / KEY
            if secret.exists():
                file.write(secret, KEY)
            manifest = {
                "format": FORMAT, "version": entrepot.__version__, "migrations": setup.latest_migrations(),
                "taken_at": to_datetime(now()).isoformat(), "ledger_hash": ledger, "tables": tables,
            }  # fmt: skip
            file.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return BackedUp(path, len(tables), sum(t["rows"] for t in tables.values()), path.stat().st_size, ledger)


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a backup. Raises ``ProblemError`` for a file that is none, or of a newer version."""
    if not path.is_file():
        raise _refused("file_missing", "there is no such file", "check the path", path, None)
    try:
        with zipfile.ZipFile(path) as file:
            manifest: dict[str, Any] = json.loads(file.read(MANIFEST))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise _refused("not_a_backup", "this file is no backup of Entrepot", "choose another", path, error) from None
    if manifest.get("format") != FORMAT or _unknown(manifest["migrations"]):
        raise _refused(
            "newer_backup", "a newer version of Entrepot wrote this backup", "install that version first", path,
            manifest.get("version"),
        )  # fmt: skip
    return manifest


def restore(path: Path, *, replace: bool = False, progress: Progress = SILENT) -> BackedUp:
    """Put the backup at ``path`` into the database of the settings, which must be empty unless ``replace``.

    Raises ``ProblemError``: no backup, damaged, of a newer version, or the books are not empty. The books are then as
    they were before.
    """
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(path)
    verify(path, manifest, progress)
    _bring_schema(path, manifest)
    if not replace and not is_empty():
        raise _refused("not_empty", "these books are not empty", "pass --yes to replace all of them", path, None)
    _load(path, manifest, progress)
    _put_key(path)
    call_command("migrate", interactive=False, verbosity=0)
    ledger = audit.ledger_hash(connections[connection.alias])
    if ledger != manifest["ledger_hash"] and manifest["version"] == entrepot.__version__:
        raise _refused("restore_differs", "the ledger is not the one that was backed up", "report this", path, ledger)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return BackedUp(path, len(manifest["tables"]), rows, path.stat().st_size, ledger)


def verify(path: Path, manifest: dict[str, Any], progress: Progress = SILENT) -> None:
    """Every table is there, whole and unchanged. Raises ``ProblemError`` (``damaged_backup``)."""
    progress.begin("verifying", len(manifest["tables"]))
    try:
        with zipfile.ZipFile(path) as file:
            for table, said in manifest["tables"].items():
                with file.open(_member(table)) as member:
                    found = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
                if found != said["sha256"]:
                    raise _refused("damaged_backup", "the backup was changed or cut", "use another one", path, table)
                progress.advance()
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise _refused("damaged_backup", "the backup was changed or cut", "use another one", path, error) from None


def is_empty() -> bool:
    """Whether nothing was ever posted and nobody can sign in."""
    from entrepot.books import access

    return not models.Batch.objects.exists() and not access.has_users()


def kept_models(apps: Any) -> list[Any]:
    """The models whose rows are backed up, with the tables of their many-to-many links, by table name."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in LEFT_OUT and model._meta.db_table != "auth_permission"
    ]
    return sorted(found, key=lambda model: model._meta.db_table)


def _member(table: str) -> str:
    return f"tables/{table}.json"


def _write(file: zipfile.ZipFile, model: Any, alias: str) -> dict[str, Any]:
    found, rows = hashlib.sha256(), 0
    with file.open(_member(model._meta.db_table), "w", force_zip64=True) as member:
        for line, count in table_rows.lines(model, alias):
            member.write(line)
            found.update(line)
            rows += count
    return {"columns": table_rows.columns_of(model), "rows": rows, "sha256": found.hexdigest()}


def _bring_schema(path: Path, manifest: dict[str, Any]) -> None:
    """Bring an empty database to the schema of the backup; the books of another schema are not replaced."""
    wanted: dict[str, str] = manifest["migrations"]
    if not MigrationExecutor(connection).loader.applied_migrations:
        for app, name in wanted.items():
            call_command("migrate", app, name, interactive=False, verbosity=0)
        call_command("migrate", "contenttypes", interactive=False, verbosity=0)
    found = setup.latest_migrations()
    if {app: found.get(app) for app in wanted} != wanted:
        raise _refused(
            "other_schema", "the backup is of another version than these books",
            "restore it into a new folder: entrepot --home NEW restore FILE", path, manifest["version"],
        )  # fmt: skip


def _load(path: Path, manifest: dict[str, Any], progress: Progress) -> None:
    """Replace the rows of every table, and read them back, in one transaction."""
    state = MigrationExecutor(connection).loader.project_state(list(manifest["migrations"].items())).apps
    kept = [model for model in kept_models(state) if model._meta.db_table in manifest["tables"]]
    found = {model._meta.db_table: table_rows.columns_of(model) for model in kept}
    unknown = [table for table, said in manifest["tables"].items() if found.get(table) != said["columns"]]
    if unknown:
        raise _refused("damaged_backup", "the backup holds unknown tables", "use another one", path, ", ".join(unknown))
    progress.begin("restoring", 2 * len(kept))
    # References are checked once, at the end: row by row SQLite would look for the children of every row.
    with zipfile.ZipFile(path) as file, connection.constraint_checks_disabled(), transaction.atomic():
        bulk.writer_lock()
        # A backup of an older version is loaded into its own schema, which lacks the tables that came since.
        facts = [name for name in immutability.FACTS if f"books_{name}" in connection.introspection.table_names()]
        immutability.unprotect(connection, facts)
        _empty(
            [*kept_models(state), *(m for m in live.get_models() if m._meta.app_label in LEFT_OUT - {"contenttypes"})]
        )
        loaded: dict[Any, str] = {}
        for model in kept:
            with file.open(_member(model._meta.db_table)) as member:
                loaded[model] = table_rows.load(model, member)
            progress.advance()
        bulk.settle_sequences([model for model in kept if "AutoField" in model._meta.pk.get_internal_type()])
        connection.check_constraints()
        for model in kept:
            if digest(table_rows.lines(model, connection.alias)) != loaded[model]:
                raise _refused("restore_differs", "what was restored is not what was backed up",
                               "nothing was changed: report this", path, model._meta.db_table)  # fmt: skip
            progress.advance()
        immutability.protect(connection, facts)
        _end_jobs()


def _empty(emptied: Iterable[Any]) -> None:
    quoted = [connection.ops.quote_name(model._meta.db_table) for model in emptied]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(quoted)}")
            return
        for table in quoted:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names


def digest(lines: Iterator[tuple[bytes, int]]) -> str:
    """SHA-256 of a table's lines (:func:`entrepot.workflows.table_rows.lines`): equal rows, equal digest."""
    found = hashlib.sha256()
    for line, _ in lines:
        found.update(line)
    return found.hexdigest()


def _end_jobs() -> None:
    """Jobs that were under way at the time of the backup will not be delivered again."""
    problem = {"code": "interrupted", "message": "a backup was restored", "remedy": "start it again"}
    for job in models.Job.objects.filter(state__in=("queued", "running")):
        job.state, job.problems, job.finished_at = "failed", [problem], now()
        job.save()


def _put_key(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        if KEY not in file.namelist() or os.environ.get("ENTREPOT_SECRET_KEY"):
            return
        target = Path(settings.HOME) / KEY
        fresh = target.with_suffix(".part")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(file.read(KEY))
        fresh.replace(target)


def _unknown(migrations: dict[str, str]) -> list[str]:
    known = MigrationExecutor(connection).loader.disk_migrations
    return [f"{app}.{name}" for app, name in migrations.items() if (app, name) not in known]


def _refused(code: str, message: str, remedy: str, path: Path, found: Any) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, document=path.name, found="" if found is None else str(found)))
