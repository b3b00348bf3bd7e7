"""Progress of long work, told to whoever listens (a terminal bar, a job row, nobody)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """A listener. ``advance`` may raise :class:`entrepot.core.errors.Cancelled` when the user asked to stop."""

    def begin(self, label: str, total: int | None = None) -> None:
        """A new stage starts; ``total`` counts its steps where known."""
        ...

    def advance(self, steps: int = 1) -> None:
        """``steps`` more are done."""
        ...


class Silent:
    """The listener for calls that nobody watches."""

    def begin(self, label: str, total: int | None = None) -> None: ...

    def advance(self, steps: int = 1) -> None: ...


SILENT: Progress = Silent()


def track(items: Iterable[T], label: str, progress: Progress = SILENT, every: int = 1) -> Iterator[T]:
    """Yield ``items`` while telling ``progress``, ``every`` so many.

    >>> list(track([1, 2], "count"))
    [1, 2]
    """
    progress.begin(label, len(items) if isinstance(items, Sized) else None)
    waiting = 0
    for item in items:
        yield item
        waiting += 1
        if waiting >= every:
            progress.advance(waiting)
            waiting = 0
    if waiting:
        progress.advance(waiting)
