"""The seller's books read for the twin: forecast and tune as the plan does, and gather what every row costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.books import facts, models
from entrepot.core.calendar import local_date, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows import snapshot
from entrepot.workflows.simulate_books import AGES, MODES, YEAR, Floats, Ints, SellerBooks, keep
from entrepot.workflows.simulate_happened import as_it_stood, booked
from entrepot.workflows.simulate_kept import folder, version_of
from entrepot.workflows.simulate_terms import breaks_of, capital_of, market_of, old_of, regions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from entrepot.workflows.forecast import CompanyForecast
    from entrepot.workflows.plan_orders import Decided


def read_books(company: models.Company, version: str, progress: Progress = SILENT) -> SellerBooks:
    """Forecast, gather and tune; nothing is stored in the database. Raises :class:`ProblemError` where nothing can be planned."""
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
    return columns_of(decide_all(inputs, one, Limits()), one, found, version)


def columns_of(decided: Decided, one: CompanyForecast, found: facts.Facts, version: str) -> SellerBooks:
    """The figures of what a plan has decided without limits, on the same facts."""
    import polars as pl

    from entrepot.engines.demand.refill import refill

    inputs, company, on = decided.inputs, decided.inputs.company, decided.inputs.on
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
    moves = found.movements.filter(pl.col("company") == company.pk)
    then, came = as_it_stood(company, moves, pairs, midnight(starts, company.zone), YEAR)
    return _columns(decided, rows, history, (then, came, *booked(company, pairs, starts, on)), version)


def keep_planned(decided: Decided, one: CompanyForecast) -> None:
    """Keep the figures of a plan just made without limits, so that the first scenario of the day starts at once."""
    company = decided.inputs.company
    if decided.buy:
        found = facts.assemble(snapshot.refresh(SILENT), facts.closings(facts.FOREVER), facts.FOREVER, facts.FOREVER)
        keep(columns_of(decided, one, found, version_of(company)), folder() / f"{company.code}.npz")


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
    decided: Decided, rows: list[int], past: _History, happened: tuple[Ints, Ints, Floats, Floats], version: str
) -> SellerBooks:  # fmt: skip
    from entrepot.workflows.plan_batches import supplier_country
    from entrepot.workflows.plan_economics import Unit, units_of

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
    then, came, charged, charged_units = happened
    freight_slow = np.array([c.batch.costs.freight[c.at, -1] for c in choices])
    paid = units_of(inputs.company, inputs.on)
    leg = np.array([np.nan if (u := paid.get((o.item, o.place.pk), Unit()).first_leg) is None else u for o in lines])
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
        of(lambda c: c.batch.standing.totals[c.at]), past.demand, past.observed, past.censored, past.born, then, came, group,
        np.where(np.isnan(leg), freight_slow, leg), np.array([market_of(line.place) for line in lines]),
        np.stack([old_of(line.old, line.available, AGES) for line in lines]),
        np.array([line.shelf_weeks for line in lines], dtype=np.int64), *breaks_of(inputs, lines), *regions(inputs, lines),
        charged, charged_units, inputs.company.code, inputs.company.currency, inputs.on, version, past.first_week.isoformat(),
        tuple(lanes for lanes, _ in groups),
        {"capital": costs.capital * 52, "order_line": costs.line, "written_off": costs.written_off,
         "excess_weeks": costs.excess_weeks},
        len(decided.missing), capital_of(inputs.company),
    )  # fmt: skip
