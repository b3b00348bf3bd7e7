"""What every benchmark shares: the peak memory of the process with its children, and the last line of output."""

from __future__ import annotations

import json
import resource
import threading
from types import TracebackType
from typing import Any, Self

import psutil


class PeakMemory:
    """Peak resident memory, MB, of this process and all its children while the block runs.

    Children are sampled (10 times a second); for this process alone the kernel's own high-water mark counts too.
    """

    def __init__(self) -> None:
        self._peak = 0
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._sampler.join()

    @property
    def rss_mb(self) -> int:
        """Peak so far in MB (10⁶ bytes)."""
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return round(max(self._peak, own) / 1e6)

    def _sample(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(0.1):
            total = 0
            for one in [process, *process.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self._peak = max(self._peak, total)


def report(**figures: Any) -> None:
    """Print the figures as the one JSON line that other programs read; call it last."""
    print(json.dumps(figures, separators=(",", ":")), flush=True)
