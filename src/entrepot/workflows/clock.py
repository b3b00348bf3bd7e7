"""The edge's clock: the only place where workflows learn what time it is. Tests and replays hand instants in."""

from __future__ import annotations

import time

from entrepot.core.calendar import Instant


def now() -> Instant:
    """Microseconds since the epoch, UTC."""
    return time.time_ns() // 1000
