"""A fresh, migrated database for a benchmark: ``--database sqlite`` (a new folder) or ``postgresql`` (a new server)."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def arguments(description: str, **more: dict[str, object]) -> argparse.Namespace:
    """Command line of a benchmark that needs a database; ``more``: option name → argparse keywords."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    for name, keywords in more.items():
        parser.add_argument(f"--{name}", **keywords)  # type: ignore[arg-type]
    return parser.parse_args()


@contextmanager
def books(database: str) -> Iterator[Path]:
    """Django set up on a new, migrated database; yields the folder that holds it."""
    with tempfile.TemporaryDirectory(prefix="entrepot-benchmark-") as folder:
        os.environ["ENTREPOT_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "entrepot.settings"
        if database == "postgresql":
            from tests.postgresql_server import postgresql_url

            with postgresql_url() as url:
                os.environ["DATABASE_URL"] = url
                _migrate()
                yield Path(folder)
                _close()
        else:
            os.environ.pop("DATABASE_URL", None)
            _migrate()
            yield Path(folder)
            _close()


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)


def _close() -> None:
    from django.db import connections

    connections.close_all()


def size_mb() -> float:
    """Size of the database in MB (10⁶ bytes)."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return round(cursor.fetchone()[0] / 1e6, 1)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return round(Path(str(connection.settings_dict["NAME"])).stat().st_size / 1e6, 1)


def server_cpu_s() -> float:
    """CPU seconds used so far by the PostgreSQL server that this process talks to; 0 on SQLite, which runs inside it."""
    import psutil
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    server = backend.parent() or backend
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in server.children():
        times = child.cpu_times()
        total += times.user + times.system
    return total
