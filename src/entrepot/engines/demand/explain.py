"""A forecast row in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from entrepot.core.reasons import Reason
from entrepot.engines.demand.fit import Model
from entrepot.engines.demand.model import FLAGS, Floats, LeadTime, RatioTable, SeriesState
from entrepot.engines.demand.point import WINDOWS
from entrepot.engines.demand.ratios import bucket_of


def explain_series(
    row: dict[str, Any], state: SeriesState, model: Model, lead: LeadTime, quantiles: Floats
) -> tuple[Reason, ...]:
    """Reasons of one row; ``state`` has this one series, ``quantiles`` are its 5, 50 and 95 % over ``lead``."""
    flags: list[str] = row["flags"]
    if row["method"] == "none":
        return (Reason("no_history", f"No forecast: {FLAGS['no_history'].split(':')[0]}."),)
    season = _season(state, lead)
    lines = [_centre(state), *([season] if season else []), _spread(row["method"], state, model.table)]
    lines.append(_range(lead, quantiles))
    lines += [Reason(f"flag_{flag}", f"Note: {FLAGS[flag]}.") for flag in flags if flag != "assumed_spread"]
    return tuple(lines)


def _centre(state: SeriesState) -> Reason:
    level = float(state.mean[0])
    if not (state.windows[0] > 0).any():
        weeks = int(min(state.weeks[0], 26))
        text = f"About {level:.2f} units a week: none sold in {weeks} observed weeks, which does not prove never."
        return Reason("centre_silent", text, {"units": round(level, 2), "weeks": weeks})
    means = {f"mean_{weeks}": round(float(value), 1) for weeks, value in zip(WINDOWS, state.windows[0], strict=True)}
    told = ", ".join(f"{value:.1f}" for value in state.windows[0])
    text = f"About {level:.1f} units a week now: the average of the last 4, 8, 13 and 26 weeks' means ({told})."
    return Reason("centre_windows", text, {"units": round(level, 1), **means})


def _season(state: SeriesState, lead: LeadTime) -> Reason | None:
    """What last year's season changes over the lead time; nothing to say below 5 %."""
    expected = float(state.over(np.array([lead.mean]))[0])
    flat = float(state.mean[0]) * lead.mean
    if flat <= 0 or abs(expected / flat - 1) < 0.05:
        return None
    change, weekly = expected / flat - 1, expected / lead.mean
    return Reason(
        "season",
        f"The same season of last year makes it {weekly:.1f} a week over {lead.mean:g} weeks ({change:+.0%}).",
        {"weekly": round(weekly, 1), "weeks": lead.mean, "change": round(change, 3)},
    )


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
