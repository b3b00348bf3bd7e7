"""A process that serves another ends with it, however that one ended: no orphan keeps the port or takes jobs."""

from __future__ import annotations

import os
import signal
import threading
import time

PARENT = "ENTREPOT_PARENT"
"""Environment variable with the process id of the command that started the service."""


def end_with_parent(every: float = 1.0) -> None:
    """Watch, in a thread, that the process named by :data:`PARENT` is still our parent; else end this process.

    Does nothing where the variable names none of our parents, and on Windows, where a parent's number never changes.
    """
    parent = os.environ.get(PARENT, "")
    if parent and os.getppid() == int(parent):
        threading.Thread(target=_watch, args=(int(parent), every), daemon=True).start()


def _watch(parent: int, every: float) -> None:
    while os.getppid() == parent:
        time.sleep(every)
    os.kill(os.getpid(), signal.SIGTERM)
