"""Reading the books as of one moment while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

_ALIAS = "one_moment"


@contextmanager
def snapshot_of_books() -> Iterator[str]:
    """The alias of a second connection on which every read sees the same moment; nobody waits for it.

    Inside a transaction of the caller, his own connection is that moment.
    """
    if connection.in_atomic_block:
        yield connection.alias
        return
    settings: dict[str, Any] = {**connection.settings_dict, "OPTIONS": {**connection.settings_dict["OPTIONS"]}}
    if connection.vendor == "sqlite":
        # Our own transactions are IMMEDIATE, which would keep writers out; a deferred one that only reads does not.
        settings["OPTIONS"]["transaction_mode"] = "DEFERRED"
    reader = type(connections[connection.alias])(settings, _ALIAS)  # `connection` itself is a proxy
    connections[_ALIAS] = reader
    try:
        with transaction.atomic(using=_ALIAS):
            with reader.cursor() as cursor:
                if reader.vendor == "postgresql":
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SELECT COUNT(*) FROM django_migrations")  # the moment is that of the first read
            yield _ALIAS
    finally:
        reader.close()
        del connections[_ALIAS]
