"""The seller's own books as the twin takes them: read once, kept beside the books, opened again in milliseconds.

One row an item at a place that sells it. What is kept is figures, not facts: it is made again when facts, forecasts or
strategies are newer, and may be deleted at any time. A scenario reads this and nothing else: it asks the database only what
version of the books stands, and writes nothing there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from entrepot.books import models
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.simulate_kept import folder, version_of

if TYPE_CHECKING:
    from entrepot.engines.replenish.rolling import Lane

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

MODES = 4
"""Ways of shipping kept for a row at most, fastest first, the rest of the columns empty."""
YEAR = 52
TIERS = 5
"""Price breaks kept for a row at most."""
AGES = (52, 39, 26, 13)
"""Weeks by which the stock of today is told apart, oldest first."""


@dataclass(frozen=True)
class SellerBooks:
    """Columns by row [N]; money in minor units of ``currency`` a unit.

    ``goods`` and ``duty`` of a unit, ``fees`` of a sale (last mile in them), ``returns`` what comes back unsalable a unit
    sold, ``margin`` lost with a unit not sold, ``storage`` a week, ``freight`` [N, MODES] by the columns of ``lanes`` of the
    row's ``group``; ``due`` [N, weeks] certain arrivals; ``levels`` [N, MODES + 1] of the tuned policy; ``totals`` quantiles of
    demand; ``demand`` [N, weeks] what was asked for, stock-outs refilled, ``observed`` as it was seen (NaN where it was not),
    ``censored`` weeks without stock; ``then`` stock at the start of the year that is replayed, ``came`` [N, weeks] what arrived
    in it. ``first_leg`` freight in a unit on hand; ``market`` the platform whose storage table holds, else empty; ``old`` [N,
    :data:`AGES`] units on hand so many weeks old; ``tiers`` [N, TIERS] units from which a price break holds, ``tier_price`` as a
    share of ``goods``, ``tier_all`` for every unit of the order; ``region`` places of one number send each other goods at
    ``move_cost`` a unit (−1: nobody does); ``booked`` [N, families] what the books charged in the replayed weeks, of
    ``booked_units`` sold. ``capital`` (since, numerator, denominator) yearly rates.
    """

    sku: Texts
    name: Texts
    name_zh: Texts
    place: Texts
    supplier: Texts
    country: Texts
    value_class: Texts
    price: Floats
    goods: Floats
    duty: Floats
    fees: Floats
    returns: Floats
    margin: Floats
    landed: Floats
    storage: Floats
    disposal: Floats
    carton: Ints
    least: Ints
    weekly: Floats
    made_weeks: Floats
    on_hand: Ints
    due: Ints
    freight: Floats
    levels: Floats
    service_price: Floats
    ageing: Floats
    totals: Floats
    demand: Floats
    observed: Floats
    censored: NDArray[np.bool_]
    born: Ints
    then: Ints
    came: Ints
    group: Ints
    first_leg: Floats
    market: Texts
    old: Ints
    shelf: Ints
    tiers: Ints
    tier_price: Floats
    tier_all: NDArray[np.bool_]
    region: Ints
    move_cost: Floats
    booked: Floats
    booked_units: Floats
    company: str
    currency: str
    on: date
    version: str
    first_week: str
    lanes: tuple[tuple[Lane, ...], ...]
    constants: dict[str, float]
    left_out: int
    capital: tuple[tuple[str, int, int], ...] = (("0001-01-01", 12, 100),)

    def __len__(self) -> int:
        return len(self.sku)

    @property
    def replayable(self) -> NDArray[np.bool_]:
        """Rows that had sold for eight weeks when the replayed year began."""
        start = self.demand.shape[1] - self.replay_weeks
        return self.born <= start - 8

    @property
    def replay_weeks(self) -> int:
        """Weeks that can be replayed: a year, or what there is after the first thirteen weeks."""
        return max(0, min(YEAR, self.demand.shape[1] - 13))

    @property
    def replay_from(self) -> date:
        """First day of the weeks that can be replayed."""
        weeks = self.demand.shape[1] - self.replay_weeks
        return date.fromisoformat(self.first_week) + timedelta(weeks=weeks)

    @property
    def slowest(self) -> Ints:
        """Weeks from order to arrival by each row's slowest way, rounded [N]."""
        return np.array([self.lanes[g][-1].nominal for g in self.group], dtype=np.int64)

    @property
    def modes(self) -> list[str]:
        """Ways of shipping that any row has."""
        return sorted({lane.name for lanes in self.lanes for lane in lanes})


_TEXT = ("company", "currency", "version", "first_week")


def seller_books(company: models.Company, progress: Progress = SILENT) -> SellerBooks:
    """The kept figures if they are of today's version, else made anew and kept."""
    version = version_of(company)
    path = folder() / f"{company.code}.npz"
    known = opened(str(path), path.stat().st_mtime_ns) if path.exists() else None
    if known is not None and known.version == version:
        return known
    from entrepot.workflows.simulate_read import read_books

    return keep(read_books(company, version, progress), path)


def kept_books(company: models.Company) -> SellerBooks | None:
    """The kept figures, ``None`` where there are none of today's version. Five queries."""
    path = folder() / f"{company.code}.npz"
    known = opened(str(path), path.stat().st_mtime_ns) if path.exists() else None
    return known if known is not None and known.version == version_of(company) else None


def keep(books: SellerBooks, path: Path) -> SellerBooks:
    """Write the figures to ``path``, whole or not at all."""
    arrays = {f.name: getattr(books, f.name) for f in fields(books) if isinstance(getattr(books, f.name), np.ndarray)}
    said = {name: getattr(books, name) for name in _TEXT} | {
        "on": books.on.isoformat(), "constants": books.constants, "left_out": books.left_out, "capital": books.capital,
        "lanes": [[[lane.name, lane.weeks, lane.odds] for lane in lanes] for lanes in books.lanes],
    }  # fmt: skip
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as out:
        np.savez(out, said=np.array(json.dumps(said)), **arrays)
    fresh.replace(path)
    return books


@lru_cache(maxsize=4)
def opened(path: str, changed: int) -> SellerBooks | None:
    """The figures kept at ``path``, ``None`` where another version wrote them; ``changed`` names the writing."""
    from entrepot.engines.replenish.rolling import Lane

    try:
        with np.load(path, allow_pickle=False) as kept:
            columns: dict[str, Any] = {name: kept[name] for name in kept.files}
        said = json.loads(str(columns.pop("said")))
        lanes = tuple(tuple(Lane(n, tuple(w), tuple(o)) for n, w, o in group) for group in said.pop("lanes"))
        rates = tuple((str(day), int(top), int(below)) for day, top, below in said["capital"])
        return SellerBooks(**columns, **{**said, "on": date.fromisoformat(said["on"]), "capital": rates}, lanes=lanes)
    except (OSError, ValueError, KeyError, TypeError):
        return None
