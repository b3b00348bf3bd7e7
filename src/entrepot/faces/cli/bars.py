"""Progress of long work as bars on a terminal; off a terminal, nothing."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from entrepot.faces.cli.printing import to_person


class Bars:
    """A listener (:class:`entrepot.core.progress.Progress`) that draws one bar, the current stage.

    Use it as a context: ``with Bars() as bars: revalue(progress=bars)``.
    """

    def __init__(self, title: str = "") -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = to_person()
        self._title = f"{title} · " if title else ""
        self._bars: Any = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task: Any = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bars.stop()

    def begin(self, label: str, total: int | None = None) -> None:
        """A new stage takes the place of the one before."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(self._title + label, total=total)

    def advance(self, steps: int = 1) -> None:
        """``steps`` more are done."""
        if self._task is not None:
            self._bars.advance(self._task, steps)
