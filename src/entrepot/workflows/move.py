"""The books moved to another database: from the file to PostgreSQL, and back, all of it or nothing.

Rows stream table by table from one moment of the old books into one transaction of the new ones: a few thousand rows are
held at a time, tables that others point at come first, so that PostgreSQL checks references as it goes. Before anything
counts, every table is read back and compared by digest, the hashes of facts and of figures are compared, the independent
checker goes over the new books, and the old ones must not have gone on meanwhile. The old database stays as it is, but
is marked, so that nobody goes on writing into it by mistake.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps as live
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.utils import ConnectionHandler, OperationalError

from entrepot import audit
from entrepot.books import bulk, immutability, models
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.databases import FILE, database_of
from entrepot.workflows import moved, table_rows
from entrepot.workflows.backup import digest, kept_models
from entrepot.workflows.clock import now
from entrepot.workflows.reading import snapshot_of_books

_ALIAS = "moved_to"
_LEFT_BEHIND = frozenset({moved.MARK, "static"})


@dataclass(frozen=True)
class Moved:
    """What went over, and the hashes that both sides have; ``place`` is where the books are now, without a password."""

    place: str
    tables: int
    rows: int
    ledger: str
    figures: str
    residue: int


def move(to: str, *, actor: str = "", progress: Progress = SILENT) -> Moved:
    """Move the books of the settings to ``to``: a PostgreSQL by its URL, or a folder, which gets a file.

    Raises ``ProblemError``, with nothing moved: the target cannot be reached or is not empty, these books stand there
    already, somebody wrote meanwhile, or what arrived is not what left.
    """
    url, home = _read(to)
    place = moved.place_of(database_of(url, home))
    with _target(url, home) as target:
        _need_empty(target, place)
        _make_schema(url, home)
        before = _version()
        with (
            ExitStack() as held, snapshot_of_books() as alias, target.constraint_checks_disabled(),
            transaction.atomic(using=_ALIAS),
        ):  # fmt: skip
            tables, rows = _copy(alias, target, progress)
            ledger, figures = _compare(connections[alias], target, progress)
            residue = _prove(target, progress)
            held.enter_context(transaction.atomic())  # nobody writes between this look and the end of the move
            bulk.writer_lock()
            if _version() != before:
                raise _refused("books_went_on", "somebody wrote into the books while they were being moved",
                               "stop the service and its worker, then move again", place)  # fmt: skip
    _take_along(home)
    moved.mark(place)
    if connection.vendor == "sqlite":
        connection.close()
    return Moved(place, tables, rows, ledger, figures, residue)


def _read(to: str) -> tuple[str, Path]:
    """URL (empty: a file) and folder of the new books."""
    if "://" not in to:
        home = Path(to).resolve()
        if home != Path(settings.HOME) and home.is_relative_to(settings.HOME):
            raise _refused("same_folder", "this folder is inside that of the books", "name a folder beside it", to)
        return "", home
    if urlsplit(to).scheme not in ("postgres", "postgresql"):
        raise _refused("unknown_database", "books stand in a file or in PostgreSQL",
                       "give postgresql://user:password@host:port/name, or a folder", to.rsplit("@", 1)[-1])  # fmt: skip
    return to, Path(settings.HOME)


@contextmanager
def _target(url: str, home: Path) -> Iterator[Any]:
    """A connection to the new database beside our own."""
    if not url:
        home.mkdir(parents=True, exist_ok=True)
    found = ConnectionHandler({"default": {}, _ALIAS: database_of(url, home)})
    other = found[_ALIAS]
    other.settings_dict["CONN_MAX_AGE"] = 0
    connections[_ALIAS] = other
    try:
        yield other
    finally:
        other.close()
        del connections[_ALIAS]


def _need_empty(target: Any, place: str) -> None:
    try:
        found = set(target.introspection.table_names())
    except OperationalError as error:
        raise _refused("no_database", "the database cannot be reached", "check the address, the name and the password",
                       f"{place}: {str(error).strip().splitlines()[-1][:200]}") from None  # fmt: skip
    if place == moved.here():
        raise _refused("same_database", "these books stand there already", "name another database", place)
    if found and "django_migrations" not in found:
        raise _refused("not_empty", "there are other tables in this database", "make an empty database", place)
    for model in (models.Batch, models.Membership, models.Document):
        if model._meta.db_table in found and model._base_manager.using(_ALIAS).exists():
            raise _refused("not_empty", "there are books in this database", "make an empty database", place)
    target.close()


def _make_schema(url: str, home: Path) -> None:
    """Every table of this version, made by a process that knows only the new database: a migration that moves rows must
    not meet the old ones."""
    environment = {**os.environ, "ENTREPOT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "entrepot.settings"}
    environment.pop("DATABASE_URL", None)
    if url:
        environment["DATABASE_URL"] = url
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "-v", "0", "--skip-checks"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise _refused("no_schema", "the tables could not be made", "the user must own the database",
                       (done.stderr.strip().splitlines() or ["?"])[-1][:200])  # fmt: skip


def _copy(alias: str, target: Any, progress: Progress) -> tuple[int, int]:
    """Every row into the open transaction of the target, read back and compared; tables and rows."""
    kept = _ordered(kept_models(live))
    progress.begin("moving", 2 * len(kept))
    immutability.unprotect(target)
    if target.vendor == "postgresql":
        with target.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    sent: dict[Any, str] = {}
    rows = 0
    for model in kept:
        _empty(target, model)
        tally = _Tally(table_rows.lines(model, alias))
        sent[model] = table_rows.load(model, tally, using=target)
        rows += tally.rows
        progress.advance()
    bulk.settle_sequences([m for m in kept if "AutoField" in m._meta.pk.get_internal_type()], using=target)
    target.check_constraints()
    for model in kept:
        if digest(table_rows.lines(model, _ALIAS)) != sent[model]:
            raise _refused("move_differs", "what arrived is not what left", "nothing was moved: report this",
                           model._meta.db_table)  # fmt: skip
        progress.advance()
    immutability.protect(target)
    _end_jobs()
    return len(kept), rows


class _Tally:
    """Lines passed on, their rows counted."""

    def __init__(self, lines: Iterator[tuple[bytes, int]]) -> None:
        self._lines, self.rows = lines, 0

    def __iter__(self) -> Iterator[bytes]:
        for line, count in self._lines:
            self.rows += count
            yield line


def _ordered(found: list[Any]) -> list[Any]:
    """Tables after those that they point at; what points in a circle keeps its place by name."""
    done: list[Any] = []
    waiting = list(found)
    while waiting:
        ready = [m for m in waiting if not (_pointed_at(m) & set(waiting)) - {m}] or waiting[:1]
        done += ready
        waiting = [m for m in waiting if m not in ready]
    return done


def _pointed_at(model: Any) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.remote_field is not None}


def _empty(target: Any, model: Any) -> None:
    """A new schema may hold rows that its migrations made."""
    with target.cursor() as cursor:
        cursor.execute(f"DELETE FROM {target.ops.quote_name(model._meta.db_table)}")  # noqa: S608 - our own table name


def _end_jobs() -> None:
    """Jobs that were under way are not delivered again in the new place."""
    problem = {"code": "interrupted", "message": "the books were moved", "remedy": "start it again"}
    under_way = models.Job.objects.using(_ALIAS).filter(state__in=("queued", "running"))
    under_way.update(state="failed", problems=[problem], finished_at=now())


def _compare(source: Any, target: Any, progress: Progress) -> tuple[str, str]:
    """The hashes of facts and of figures, which must be those of the old books."""
    progress.begin("comparing", 4)
    said: list[str] = []
    for of in (audit.ledger_hash, audit.figures_hash):
        both: list[str] = []
        for side in (source, target):
            both.append(of(side))
            progress.advance()
        if both[0] != both[1]:
            raise _refused("move_differs", "what arrived is not what left", "nothing was moved: report this",
                           of.__name__)  # fmt: skip
        said.append(both[0])
    return said[0], said[1]


def _prove(target: Any, progress: Progress) -> int:
    """What the checker finds left over in the new books: the old ones may have had a residue, so it only counts."""
    progress.begin("checking")
    return audit.check(target).residue


def _version() -> tuple[Any, ...]:
    """What changes whenever somebody else writes into the old books."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA data_version")
            return tuple(cursor.fetchone())
        found: list[Any] = []
        for model in kept_models(live):
            # xmin: the transaction that wrote the row as it stands.
            cursor.execute(f"SELECT COUNT(*), MAX(xmin::text::bigint) FROM {model._meta.db_table}")  # noqa: S608
            found.append(tuple(cursor.fetchone()))
        return tuple(found)


def _take_along(home: Path) -> None:
    """What stands beside the database, where the new books have a folder of their own: the key, rules, papers."""
    old = Path(settings.HOME)
    if home == old:
        return
    for path in old.iterdir():
        if path.name in _LEFT_BEHIND or path.name.startswith((FILE, "snapshot-")):
            continue
        target = home / path.name
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target)


def _refused(code: str, message: str, remedy: str, found: Any) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, found=str(found)))
