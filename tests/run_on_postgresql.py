"""Runs the tests marked ``both_databases`` on PostgreSQL: ``python -m tests.run_on_postgresql [pytest arguments]``."""

import os
import subprocess
import sys

from tests.postgresql_server import postgresql_url


def main(arguments: list[str]) -> int:
    """Start a server (or use the given one), run pytest with ``DATABASE_URL`` pointing at it, return its exit code."""
    with postgresql_url() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        command = [sys.executable, "-m", "pytest", "-m", "both_databases", *arguments]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
