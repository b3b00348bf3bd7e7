"""The process that reads one untrusted file: sets its own bounds first, then reads, leaves the cells and ends.

Started by :func:`entrepot.channels.files.read.read_bounded`; takes its order as JSON on standard input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Read as ordered; 0 when an answer (cells or problems) was left."""
    order = json.load(sys.stdin)
    _bound(order["limits"]["memory"], order["limits"]["cpu_seconds"])

    from entrepot.channels.files.limits import Limits
    from entrepot.channels.files.read import leave, leave_problems, read
    from entrepot.core.errors import ProblemError

    folder = Path(order["folder"])
    try:
        grids = read(
            Path(order["path"]), order["kind"], order["encoding"], Limits(**order["limits"]), order["delimiter"]
        )
    except ProblemError as error:
        leave_problems(error.problems, folder)
    else:
        leave(grids, folder)
    return 0


def _bound(memory: int, cpu_seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's waiting time still bounds it there
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
