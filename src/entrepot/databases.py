"""Where books stand: a file in their folder, or a PostgreSQL named by a URL; as Django wants to hear it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

FILE = "entrepot.sqlite3"


def database_of(url: str, home: Path) -> dict[str, Any]:
    """Settings of the database at ``url`` (``postgresql://user:password@host:port/name``), or of the file in ``home``
    where it is empty. Raises ``ValueError`` for another kind of URL.

    >>> database_of("postgresql://ann:p%40ss@db:5433/books?sslmode=require", Path())["PASSWORD"]
    'p@ss'
    >>> database_of("", Path("shop"))["NAME"].name
    'entrepot.sqlite3'
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / FILE,
            "OPTIONS": {
                # IMMEDIATE: a read-then-write transaction waits its turn instead of failing with "database is locked".
                # FULL: a commit that was answered survives power loss.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"the URL of a database must start with postgresql://, found {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
    }
