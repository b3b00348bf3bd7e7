"""A process that serves another ends with it, however that one ended: no orphan keeps the port or takes jobs."""

from __future__ import annotations

import os
import signal
import threading
import time

PARENT = "ENTREPOT_PARENT"
"""Environment variable with the process id of the command that started the service, and is the parent of its parts."""


def end_with_parent(every: float = 1.0) -> None:
    """Watch, in a thread, that the process named by :data:`PARENT` is our parent; else end this process.

    Nothing is watched where the variable is not set, nor on Windows, where launchers stand between the two.
    """
    parent = os.environ.get(PARENT, "")
    if parent and os.name == "posix":
        threading.Thread(target=_watch, args=(int(parent), every), daemon=True).start()


def _watch(parent: int, every: float) -> None:
    while os.getppid() == parent:
        time.sleep(every)
    os.kill(os.getpid(), signal.SIGTERM)
