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

from entrepot.books import facts, models
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import snapshot
from entrepot.workflows.simulate_kept import folder, version_of

if TYPE_CHECKING:
    import polars as pl

    from entrepot.engines.replenish.rolling import Lane
    from entrepot.workflows.plan_orders import Decided

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.str_]

MODES = 4
"""Ways of shipping kept for a row at most, fastest first, the rest of the columns empty."""
YEAR = 52


@dataclass(frozen=True)
class SellerBooks:
    """Columns by row [N]; money in minor units of ``currency`` a unit.

    ``goods`` and ``duty`` of a unit, ``fees`` of a sale (last mile in them), ``returns`` what comes back unsalable a unit
    sold, ``margin`` lost with a unit not sold, ``storage`` a week, ``freight`` [N, MODES] by the columns of ``lanes`` of the
    row's ``group``; ``due`` [N, weeks] certain arrivals; ``levels`` [N, MODES + 1] of the tuned policy; ``totals`` quantiles of
    demand; ``demand`` [N, weeks] what was asked for, stock-outs refilled, ``observed`` as it was seen (NaN where it was not),
    ``censored`` weeks without stock; ``then`` and ``due_then``: stock and arrivals at the start of the year that is replayed.
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
    due_then: Ints
    group: Ints
    company: str
    currency: str
    on: date
    version: str
    first_week: str
    lanes: tuple[tuple[Lane, ...], ...]
    constants: dict[str, float]
    left_out: int

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


_TEXT = ("company", "currency", "version", "first_week")


def seller_books(company: models.Company, progress: Progress = SILENT) -> SellerBooks:
    """The kept figures if they are of today's version, else made anew and kept."""
    version = version_of(company)
    path = folder() / f"{company.code}.npz"
    known = opened(str(path), path.stat().st_mtime_ns) if path.exists() else None
    if known is not None and known.version == version:
        return known
    return keep(read_books(company, version, progress), path)


def keep(books: SellerBooks, path: Path) -> SellerBooks:
    """Write the figures to ``path``, whole or not at all."""
    arrays = {f.name: getattr(books, f.name) for f in fields(books) if isinstance(getattr(books, f.name), np.ndarray)}
    said = {name: getattr(books, name) for name in _TEXT} | {
        "on": books.on.isoformat(), "constants": books.constants, "left_out": books.left_out,
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
        return SellerBooks(**columns, **{**said, "on": date.fromisoformat(said["on"])}, lanes=lanes)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_books(company: models.Company, version: str, progress: Progress = SILENT) -> SellerBooks:
    """Forecast, gather and tune; nothing is stored in the database. Raises :class:`ProblemError` where nothing can be planned."""
    from entrepot.engines.demand.refill import refill
    from entrepot.workflows.forecast import forecast_of
    from entrepot.workflows.plan_inputs import gather
    from entrepot.workflows.plan_limits import Limits
    from entrepot.workflows.plan_orders import decide_all

    progress.begin("reading the books")
    found = facts.assemble(snapshot.refresh(SILENT), facts.closings(facts.FOREVER), facts.FOREVER, facts.FOREVER)
    one = forecast_of(company.pk, found)
    if one is None:
        raise _nothing(company)
    on = local_date(one.as_of, company.zone) + timedelta(days=1)
    inputs = gather(company, one, on)
    progress.begin("tuning the policy")
    decided = decide_all(inputs, one, Limits())
    rows = sorted(decided.buy)
    if not rows:
        raise _nothing(company)
    keys = {key: n for n, key in enumerate(one.panel.keys.rows())}
    series = one.result.frame.select(*one.result.by).rows()
    at = np.array([keys.get(series[inputs.lines[n].series], -1) for n in rows])
    known, place = at >= 0, np.maximum(at, 0)
    past = np.where(known[:, None], np.nan_to_num(refill(one.panel).demand[place]), 0.0)
    history = _History(
        past, np.where(known[:, None], one.panel.demand[place], np.nan), one.panel.censored[place] & known[:, None],
        np.where(known, one.panel.born[place], past.shape[1]), one.panel.weeks[0],
    )  # fmt: skip
    starts = one.panel.weeks[-max(min(YEAR, past.shape[1] - 13), 1)]
    pairs = [(inputs.lines[n].item, inputs.lines[n].place.pk) for n in rows]
    then, later = _as_it_stood(found.movements, pairs, midnight(starts, company.zone))
    return _columns(decided, rows, history, then, later, version)


@dataclass(frozen=True)
class _History:
    demand: Floats
    observed: Floats
    censored: NDArray[np.bool_]
    born: Ints
    first_week: date


def _nothing(company: models.Company) -> ProblemError:
    return ProblemError(
        Problem(
            "nothing_to_simulate", "there is nothing that can be simulated yet",
            "import orders, purchase orders and prices, then run the daily work", found=company.code,
        )
    )  # fmt: skip


def _columns(
    decided: Decided, rows: list[int], past: _History, then: Ints, later: Ints, version: str
) -> SellerBooks:  # fmt: skip
    from entrepot.workflows.plan_batches import supplier_country

    inputs = decided.inputs
    lines = [inputs.lines[n] for n in rows]
    choices = [decided.buy[n] for n in rows]
    groups: dict[tuple[Any, ...], int] = {}
    group = np.array([groups.setdefault((c.batch.lanes[-MODES:], c.batch.costs.ageing), len(groups)) for c in choices])
    freight, levels = np.zeros((len(rows), MODES)), np.zeros((len(rows), MODES + 1))
    for row, c in enumerate(choices):
        modes = min(len(c.batch.lanes), MODES)
        freight[row, :modes] = c.batch.costs.freight[c.at, -modes:]
        if c.batch.plan is not None:
            levels[row, :modes] = c.batch.plan.policy[c.at, :-1][-modes:]
            levels[row, MODES] = c.batch.plan.policy[c.at, -1]
    suppliers = [line.source.supplier if line.source else "" for line in lines]

    def by(read: Any) -> Floats:
        return np.array([float(read(one) or 0.0) for one in lines])

    def of(read: Any) -> Any:
        return np.array([read(c) for c in choices])

    costs = choices[0].batch.costs
    listed = models.Item.objects.filter(pk__in={line.item for line in lines})
    names = {key: (name, chinese) for key, name, chinese in listed.values_list("pk", "name", "name_zh")}
    return SellerBooks(
        np.array([line.sku for line in lines]), np.array([names[line.item][0] for line in lines]),
        np.array([names[line.item][1] for line in lines]),
        np.array([line.place.code for line in lines]), np.array(suppliers),
        np.array([supplier_country(inputs, code) for code in suppliers]),
        np.array([line.grade.value if line.grade else "" for line in lines]),
        by(lambda o: o.price), by(lambda o: o.goods), by(lambda o: o.duty), by(lambda o: o.fees), by(lambda o: o.returns),
        of(lambda c: c.batch.costs.margin[c.at]), of(lambda c: c.batch.costs.landed[c.at]),
        of(lambda c: c.batch.costs.storage[c.at]), of(lambda c: c.batch.costs.disposal[c.at]),
        of(lambda c: c.batch.standing.carton[c.at]), of(lambda c: c.batch.standing.least[c.at]),
        by(lambda o: o.weekly), by(lambda o: sum(o.made_in) / max(len(o.made_in), 1) / 7),
        of(lambda c: c.batch.standing.on_hand[c.at]), of(lambda c: c.batch.standing.due[c.at]), freight, levels,
        of(lambda c: c.batch.price), of(lambda c: (*c.batch.costs.ageing.weeks, *c.batch.costs.ageing.factors)),
        of(lambda c: c.batch.standing.totals[c.at]), past.demand, past.observed, past.censored, past.born, then, later, group,
        inputs.company.code, inputs.company.currency, inputs.on, version, past.first_week.isoformat(),
        tuple(lanes for lanes, _ in groups),
        {"capital": costs.capital * 52, "order_line": costs.line, "written_off": costs.written_off,
         "excess_weeks": costs.excess_weeks},
        len(decided.missing),
    )  # fmt: skip


def _as_it_stood(moves: pl.DataFrame, pairs: list[tuple[int, int]], at: int, weeks: int = 16) -> tuple[Ints, Ints]:
    """Sellable units [rows] at the instant ``at``, and what came in in each of the ``weeks`` after it."""
    import polars as pl

    cells = dict(models.Cell.objects.filter(condition="sellable", transit="").values_list("pk", "location_id"))
    place = {"return_dtype": pl.Int64, "default": None}
    into = moves.select(
        "item", pl.col("to_cell").replace_strict(cells, **place).alias("place"), "quantity", "effective_at",
        back=pl.col("sales_line").is_not_null() | pl.col("of").is_not_null(),
        source=pl.col("from_cell").replace_strict(cells, **place),
    ).drop_nulls("place")  # fmt: skip
    out = moves.select(
        "item", pl.col("from_cell").replace_strict(cells, **place).alias("place"), "quantity", "effective_at"
    )
    rows: dict[tuple[int, int], int] = {pair: n for n, pair in enumerate(pairs)}
    then, later = np.zeros(len(pairs), np.int64), np.zeros((len(pairs), weeks), np.int64)
    before = pl.col("effective_at") < at
    for sign, frame in ((1, into), (-1, out.drop_nulls("place"))):
        for item, where, units in frame.filter(before).group_by("item", "place").agg(pl.sum("quantity")).iter_rows():
            if (item, where) in rows:
                then[rows[item, where]] += sign * units
    week = (pl.col("effective_at") - at) // 604_800_000_000
    came = into.filter(~before & (week < weeks) & (pl.col("source").is_null() | (pl.col("source") != pl.col("place"))))
    came = came.filter(~pl.col("back")).group_by("item", "place", week=week).agg(pl.sum("quantity"))
    for item, where, number, units in came.iter_rows():
        if (item, where) in rows:
            later[rows[item, where], number] += units
    return np.maximum(then, 0), np.maximum(later, 0)
