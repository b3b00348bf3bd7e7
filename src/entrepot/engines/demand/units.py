"""Items whose unit changed: single pieces, then boxes of twelve (or the other way round).

A series has changed its unit where all selling weeks after some week lie above all before it, and their mean is :data:`JUMP`
times as high or more (or the same downwards), with :data:`ENOUGH` selling weeks on each side. No shop's demand does that by
itself and stays there. Where a pack size of the item explains the factor, the earlier weeks are brought to the new unit; where
none does, the forecast only says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from entrepot.engines.demand.model import DemandPanel, Floats, Ints

JUMP = 6.0
"""Factor between the weeks before and after from which an item may have changed its unit."""

ENOUGH = 5
"""Selling weeks that must lie on each side."""

NEAR = 0.45
"""Largest difference of logarithms at which a pack size explains a factor: demand itself moves meanwhile."""

RECENT = 26
"""Weeks within which a change that no pack size explains is still worth a question."""


@dataclass(frozen=True)
class UnitChange:
    """``column`` [series] of the first week in the new unit (-1: no change), ``factor`` of the means after and before."""

    column: Ints
    factor: Floats


def unit_changes(demand: Floats) -> UnitChange:
    """The last change of unit in each series of ``demand`` [series, weeks].

    >>> found = unit_changes(np.array([[48.0] * 6 + [4.0] * 6, [4.0, 5.0] * 6]))
    >>> found.column.tolist(), found.factor.round(3).tolist()
    ([6, -1], [0.083, 1.0])
    """
    series, weeks = demand.shape
    column, factor = np.full(series, -1, dtype=np.int64), np.ones(series)
    if weeks < 2 * ENOUGH:
        return UnitChange(column, factor)
    sold: NDArray[np.bool_] = demand > 0
    value = np.where(sold, demand, 0.0)
    low = np.where(sold, demand, np.inf)
    count, total = np.cumsum(sold, axis=1), np.cumsum(value, axis=1)
    least, most = np.minimum.accumulate(low, axis=1), np.maximum.accumulate(value, axis=1)
    later_least = np.minimum.accumulate(low[:, ::-1], axis=1)[:, ::-1]
    later_most = np.maximum.accumulate(value[:, ::-1], axis=1)[:, ::-1]
    for start in range(ENOUGH, weeks - ENOUGH + 1):
        before, after = count[:, start - 1], count[:, -1] - count[:, start - 1]
        usual = total[:, start - 1] / np.maximum(before, 1)
        then = (total[:, -1] - total[:, start - 1]) / np.maximum(after, 1)
        up = (later_least[:, start] > most[:, start - 1]) & (then >= JUMP * usual)
        down = (least[:, start - 1] > later_most[:, start]) & (usual >= JUMP * then)
        here = (before >= ENOUGH) & (after >= ENOUGH) & (up | down)
        column[here] = start
        factor[here] = then[here] / usual[here]
    return UnitChange(column, factor)


def rescaled(panel: DemandPanel, packs: Mapping[str | int, Sequence[int]], *, key: str = "item") -> DemandPanel:
    """``panel`` in which the weeks before a change of unit that one of the item's ``packs`` (units a pack) explains are
    brought to the new unit, with the note ``unit_rescaled``.

    >>> import polars as pl
    >>> from datetime import date, timedelta
    >>> demand = np.array([[48.0] * 6 + [4.0] * 6])
    >>> one = DemandPanel(pl.DataFrame({"item": ["mug"]}), tuple(date(2026, 1, 5) + timedelta(weeks=k) for k in range(12)),
    ...                   demand, np.zeros(1, np.int64), np.zeros((1, 12), np.bool_))
    >>> rescaled(one, {"mug": [12]}).demand[0, :7].tolist(), rescaled(one, {"mug": [100]}).demand[0, 0].item()
    ([4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0], 48.0)
    """
    found = unit_changes(panel.demand)
    rows = np.flatnonzero(found.column >= 0)
    demand, bulk = panel.demand, panel.bulk
    notes: list[tuple[str, ...]] = [*(panel.notes or ((),) * len(panel))]
    changed = False
    for row in rows:
        item = panel.keys[key][int(row)]
        pack = _explaining(packs.get(item, ()), float(found.factor[row]))
        if pack is None:
            continue
        if not changed:
            demand, bulk, changed = demand.copy(), None if bulk is None else bulk.copy(), True
        start = int(found.column[row])
        demand[row, :start] *= pack
        if bulk is not None:
            bulk[row, :start] *= pack
        notes[int(row)] = (*notes[int(row)], "unit_rescaled")
    return replace(panel, demand=demand, bulk=bulk, notes=tuple(notes)) if changed else panel


def _explaining(packs: Sequence[int], factor: float) -> float | None:
    """The pack size (or its inverse) nearest to ``factor``, where it is near enough."""
    choices = [ratio for pack in packs if pack > 1 for ratio in (float(pack), 1 / pack)]
    best = min(choices, key=lambda ratio: abs(np.log(ratio / factor)), default=None)
    return best if best is not None and abs(float(np.log(best / factor))) <= NEAR else None
