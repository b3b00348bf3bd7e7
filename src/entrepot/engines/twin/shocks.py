"""What goes wrong in a replay: a supplier that makes nothing, a lane that is closed or slower, freight that costs more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from entrepot.engines.twin.model import Floats, Ints


@dataclass(frozen=True)
class Shocks:
    """``late`` [weeks, modes]: weeks by which orders of a week arrive later than drawn; ``dearer`` [weeks, modes]: factor on
    the freight of a week's orders. Each builder gives new shocks; several add up.

    >>> shocks = Shocks.none(6, 2).lane_closed(1, 2, 4).freight(0, 3, 6, 1.5).supplier_closed(2, 3)
    >>> shocks.late[:, 1].tolist(), shocks.late[:, 0].tolist(), shocks.dearer[:, 0].tolist()
    ([0, 0, 3, 1, 0, 0], [0, 0, 1, 0, 0, 0], [1.0, 1.0, 1.0, 1.5, 1.5, 1.5])
    """

    late: Ints
    dearer: Floats

    @staticmethod
    def none(weeks: int, modes: int) -> Shocks:
        """A calm time."""
        return Shocks(np.zeros((weeks, modes), np.int64), np.ones((weeks, modes)))

    def supplier_closed(self, first: int, until: int) -> Shocks:
        """Nothing is made from week ``first`` to before ``until``: orders of those weeks wait, by whatever mode."""
        return self._waiting(slice(None), first, until)

    def lane_closed(self, mode: int, first: int, until: int) -> Shocks:
        """Nothing leaves by ``mode`` from week ``first`` to before ``until``."""
        return self._waiting(slice(mode, mode + 1), first, until)

    def slower(self, mode: int, first: int, until: int, weeks: int) -> Shocks:
        """Orders of weeks ``first`` to before ``until`` take ``weeks`` longer by ``mode``."""
        late = self.late.copy()
        late[first:until, mode] += weeks
        return replace(self, late=late)

    def freight(self, mode: int, first: int, until: int, factor: float) -> Shocks:
        """Freight of orders of weeks ``first`` to before ``until`` by ``mode`` times ``factor``."""
        if factor < 0:
            raise ValueError("freight is not negative")
        dearer = self.dearer.copy()
        dearer[first:until, mode] *= factor
        return replace(self, dearer=dearer)

    def _waiting(self, modes: slice, first: int, until: int) -> Shocks:
        if not 0 <= first <= until:
            raise ValueError(f"a closure from week {first} to {until}")
        late = self.late.copy()
        weeks = np.arange(first, min(until, len(late)))
        late[weeks, modes] += (until - weeks)[:, None]
        return replace(self, late=late)


@dataclass(frozen=True)
class RowShocks:
    """Shocks by groups of rows: ``late`` and ``dearer`` [groups, weeks, modes], ``of`` [rows] the group of a row."""

    late: Ints
    dearer: Floats
    of: Ints

    @staticmethod
    def together(shocks: Sequence[Shocks], of: Ints) -> RowShocks:
        """The rows of one group share one of ``shocks``."""
        return RowShocks(np.stack([one.late for one in shocks]), np.stack([one.dearer for one in shocks]), of)

    @staticmethod
    def everywhere(shocks: Shocks | RowShocks | None, rows: int, weeks: int, modes: int) -> RowShocks:
        """The same for all rows, where they are not by group already."""
        if isinstance(shocks, RowShocks):
            return shocks
        return RowShocks.together([shocks or Shocks.none(weeks, modes)], np.zeros(rows, np.int64))
