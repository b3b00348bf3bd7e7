"""A forecast row in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.history import rarity_group
from entrepot.engines.demand.model import FLAGS, Floats, LeadTime, RatioTable, SeriesState
from entrepot.engines.demand.point import EQUAL, WINDOWS
from entrepot.engines.demand.ratios import bucket_of


def explain_series(
    row: dict[str, Any],
    state: SeriesState,
    model: Model,
    lead: LeadTime,
    quantiles: Floats,
    change: Floats | None = None,
    signals: Mapping[str, Floats] | None = None,
) -> tuple[Reason, ...]:
    """Reasons of one row; ``state`` has this one series, ``quantiles`` are its 5, 50 and 95 % over ``lead``, ``change`` the
    user's factors on the weeks ahead, ``signals`` those of each signal."""
    flags: list[str] = row["flags"]
    if row["method"] == "none":
        return (Reason("no_history", f"No forecast: {FLAGS['no_history'].split(':')[0]}."),)
    told = dict(signals or {})
    found = (
        _centre(state), _blend(state, model), _bulk(state), _season(state, model, lead, change, told), _event(model, lead),
        *_signals(told, lead), _promotion(change, lead), _spread(row["method"], state, model.table),
        _learnt(row["method"], model), *_outside(row["method"], model),
    )  # fmt: skip
    lines = [line for line in found if line is not None]
    lines.append(_range(lead, quantiles))
    if float(state.lost[0]) >= 1:
        lost = round(float(state.lost[0]))
        lines.append(Reason("lost_sales", f"Stock-outs of the last 26 weeks cost about {lost} units.", {"units": lost}))
    lines += [Reason(f"flag_{flag}", f"Note: {FLAGS[flag]}.") for flag in flags if flag != "assumed_spread"]
    return tuple(lines)


def _centre(state: SeriesState) -> Reason:
    level = float(state.mean[0])
    if not (state.windows[0] > 0).any():
        weeks = int(min(state.weeks[0], 26))
        text = f"About {level:.2f} units a week: none sold in {weeks} observed weeks, which does not prove never."
        return Reason("centre_silent", text, {"units": round(level, 2), "weeks": weeks})
    if _has_bulk(state):
        level -= float(state.bulk_rate[0])
    means = {f"mean_{weeks}": round(float(value), 1) for weeks, value in zip(WINDOWS, state.windows[0], strict=True)}
    told = ", ".join(f"{value:.1f}" for value in state.windows[0])
    text = f"About {level:.1f} units a week now: the average of the last 4, 8, 13 and 26 weeks' means ({told})."
    return Reason("centre_windows", text, {"units": round(level, 1), **means})


def _has_bulk(state: SeriesState) -> bool:
    return bool(state.bulk_rate[0] >= 0.05 * state.mean[0])


def _bulk(state: SeriesState) -> Reason | None:
    """One-off orders, where they are at least a twentieth of the level."""
    if not _has_bulk(state):
        return None
    rate = float(state.bulk_rate[0])
    text = f"One-off bulk orders add {rate:.1f} a week in the long run."
    return Reason("bulk_rate", text, {"units": round(rate, 1)})


def _blend(state: SeriesState, model: Model) -> Reason | None:
    """How much each of the windows counts, where the shop's past has moved it by a tenth or more."""
    weights = model.blend[int(rarity_group(state.rarity)[0])]
    if not (state.windows[0] > 0).any() or float(np.abs(weights - EQUAL).max()) < 0.1:
        return None
    told = ", ".join(f"{weight:.0%}" for weight in weights)
    text = f"Of these the last 4, 8, 13 and 26 weeks count {told}: so they told most in this shop's past."
    shares = {f"share_{weeks}": round(float(weight), 3) for weeks, weight in zip(WINDOWS, weights, strict=True)}
    return Reason("blend", text, shares)


def _signals(signals: Mapping[str, Floats], lead: LeadTime) -> list[Reason]:
    """What each signal changes over the lead time; nothing below 2 %."""
    weeks = max(round(lead.mean), 1)
    moved = {name: float(np.mean(factor[:weeks])) - 1 for name, factor in signals.items()}
    return [
        Reason("signal", f"The signal {name} changes it by {move:+.0%}.", {"name": name, "change": round(move, 3)})
        for name, move in moved.items()
        if abs(move) >= 0.02
    ]


def _season(
    state: SeriesState, model: Model, lead: LeadTime, change: Floats | None, signals: Mapping[str, Floats]
) -> Reason | None:
    """What last year's season, and the learnt correction of the centre, change over the lead time; nothing below 5 %."""
    expected = float(state.over(np.array([lead.mean]))[0])
    weeks = max(round(lead.mean), 1)
    by_others = model.shop.event[:weeks] * (1.0 if change is None else change[:weeks])
    for factor in signals.values():
        by_others = by_others * factor[:weeks]
    flat = float(state.mean[0]) * lead.mean * float(np.mean(by_others))
    if flat <= 0 or abs(expected / flat - 1) < 0.05:
        return None
    moved, weekly = expected / flat - 1, expected / lead.mean
    return Reason(
        "season",
        f"The same season of last year makes it {weekly:.1f} a week over {lead.mean:g} weeks ({moved:+.0%}).",
        {"weekly": round(weekly, 1), "weeks": lead.mean, "change": round(moved, 3)},
    )


def _event(model: Model, lead: LeadTime) -> Reason | None:
    """What the calendar's priors add where the shop has not seen the season itself; nothing below 2 %."""
    moved = float(np.mean(model.shop.event[: max(round(lead.mean), 1)])) - 1
    if abs(moved) < 0.02:
        return None
    text = f"Events of the calendar, not yet seen in this shop, change it by {moved:+.0%}."
    return Reason("event", text, {"change": round(moved, 3)})


def _promotion(change: Floats | None, lead: LeadTime) -> Reason | None:
    """What the user said of the weeks ahead."""
    weeks = max(round(lead.mean), 1)
    if change is None or bool((change[:weeks] == 1.0).all()):
        return None
    moved = float(np.mean(change[:weeks])) - 1
    text = f"Your promotions, or the end of the item, change these weeks by {moved:+.0%}."
    return Reason("promotion", text, {"change": round(moved, 3)})


def _learnt(method: str, model: Model) -> Reason | None:
    """How far the learnt correction has a say, and what it saved on items that it had not seen."""
    if method != "ratios" or model.learnt is None or not model.learnt.quantiles:
        return None
    weight, gain = model.learnt.weight, model.learnt.gain
    text = f"A model learnt from the whole shop has {weight:.0%} of the say: it saved {gain:.1%} of the cost of wrong ranges."
    return Reason("learnt", text, {"weight": weight, "gain": round(gain, 4)})


def _outside(method: str, model: Model) -> list[Reason]:
    """Models from elsewhere that have a say."""
    return [
        Reason(
            "outside",
            f"The model {one.name} has {one.weight:.0%} of the say: on this shop's past it saved {one.gain:.1%} of the cost.",
            {"name": one.name, "weight": one.weight, "gain": round(one.gain, 4)},
        )
        for one in model.outside
        if one.weight and method == "ratios"
    ]


def _spread(method: str, state: SeriesState, table: RatioTable) -> Reason:
    if method == "prior":
        return Reason(
            "spread_assumed",
            "The spread is assumed (negative binomial): too little history to measure how wrong forecasts were.",
        )
    bucket = int(bucket_of(state.mean, state.rarity, table.edges, table.zero_edges)[0])
    nearest = min(range(len(table.horizons)), key=lambda k: abs(table.horizons[k] - 13))
    samples, weeks = int(table.samples[nearest, bucket]), table.horizons[nearest]
    return Reason(
        "spread_measured",
        f"The spread is how wrong {samples} earlier {weeks}-week forecasts of similar items turned out to be.",
        {"samples": samples, "weeks": weeks},
    )


def _range(lead: LeadTime, quantiles: Floats) -> Reason:
    low, middle, high = (int(value) for value in quantiles)
    return Reason(
        "range",
        f"Over {lead.mean:g} weeks: {middle} units as likely as not, between {low} and {high} in nine cases of ten.",
        {"weeks": lead.mean, "low": low, "middle": middle, "high": high},
    )
