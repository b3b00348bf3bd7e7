"""The books made ready for this version of the program, and the first person who may sign in."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from entrepot.books import access
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import moved


def prepare() -> bool:
    """Create the database or bring it to this version; whether anything had to be done.

    Raises :class:`~entrepot.core.errors.ProblemError` when a newer version wrote the books (``newer_books``): an older
    program would leave out what it does not know; and when they were moved away (``books_moved``).
    """
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    gone = moved.moved_to()
    if gone:
        raise ProblemError(
            Problem(
                "books_moved", "these books were moved", "set DATABASE_URL or --home to where they are now; to go on with "
                f"the old ones all the same, delete {moved.MARK} in their folder", found=gone,
            )
        )  # fmt: skip
    executor = MigrationExecutor(connection)
    ahead = unknown_migrations(executor)
    if ahead:
        raise ProblemError(
            Problem(
                "newer_books", "a newer version of Entrepot wrote these books", "install that version or a later one",
                found=", ".join(ahead),
            )
        )  # fmt: skip
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def unknown_migrations(executor: MigrationExecutor) -> list[str]:
    """Migrations that the database has and this program has not."""
    known = executor.loader.disk_migrations
    apps = {app for app, _ in known}
    return sorted(
        f"{app}.{name}" for app, name in executor.loader.applied_migrations if app in apps and (app, name) not in known
    )


def latest_migrations() -> dict[str, str]:
    """App to its last migration that this database has: what a backup must find again to be restored."""
    applied = MigrationExecutor(connection).loader.applied_migrations
    return {app: max(name for other, name in applied if other == app) for app in sorted({app for app, _ in applied})}


def first_owner(name: str) -> str | None:
    """Make ``name`` the owner if nobody can sign in yet; his password, which is stored nowhere, else ``None``."""
    if access.has_users():
        return None
    password = secrets.token_urlsafe(9)
    access.create_user(name, password, "owner")
    return password
