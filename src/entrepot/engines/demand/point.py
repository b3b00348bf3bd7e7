"""The centre of the forecast: an average of the 4, 8, 13 and 26-week means, with the weights that blend.py measured.

Short windows follow a change, long ones resist a single large order; their average is within a few per cent of the
best simple method on young sellers' data (docs/methods/demand.md). All sums run over prefix sums, so the forecast at
any earlier week (needed to calibrate the spread) costs the same few array operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.demand.model import DemandPanel, Floats, Ints, SeriesState

WINDOWS: tuple[int, ...] = (4, 8, 13, 26)
"""Lengths of the averaged windows, weeks."""


BURST = 8.0
"""A week above this multiple of the item's usual selling week is a burst; the centre counts only that much of it."""


def without_bursts(demand: Floats) -> Floats:
    """``demand`` [series, weeks] with one-off bulk weeks cut to :data:`BURST` × the mean selling week of the 26 before.

    Needs three earlier selling weeks, so the first sales of an item are never cut; looks only backwards, so that an
    earlier forecast can be repeated exactly. The cut units are not forgotten: the measured spread is of whole demand.

    >>> without_bursts(np.array([[2.0, 2.0, 2.0, 100.0, np.nan, 2.0]])).tolist()
    [[2.0, 2.0, 2.0, 16.0, nan, 2.0]]
    """
    weeks = demand.shape[1]
    cut = np.where(np.isnan(demand), 0.0, demand)
    total, selling = np.zeros((demand.shape[0], weeks + 1)), np.zeros((demand.shape[0], weeks + 1))
    for at in range(weeks):
        back = max(0, at - 26)
        days = selling[:, at] - selling[:, back]
        usual = (total[:, at] - total[:, back]) / np.maximum(days, 1)
        cut[:, at] = np.where(days >= 3, np.minimum(cut[:, at], BURST * usual), cut[:, at])
        total[:, at + 1] = total[:, at] + cut[:, at]
        selling[:, at + 1] = selling[:, at] + (cut[:, at] > 0)
    return np.where(np.isnan(demand), np.nan, cut)


@dataclass(frozen=True)
class Prefix:
    """Prefix sums of a panel: ``total`` and ``observed`` are [series, weeks + 1]; NaN weeks add to neither."""

    total: Floats
    observed: Floats
    nonzero: Floats

    @classmethod
    def of(cls, demand: Floats) -> Prefix:
        """Prefix sums of ``demand`` [series, weeks]."""
        known = ~np.isnan(demand)
        value = np.where(known, demand, 0.0)

        def running(cells: Floats) -> Floats:
            out = np.zeros((demand.shape[0], demand.shape[1] + 1))
            np.cumsum(cells, axis=1, out=out[:, 1:])
            return out

        return cls(running(value), running(known.astype(np.float64)), running((value > 0).astype(np.float64)))

    def window(self, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """Demand, observed weeks and non-zero weeks of columns [start, stop)."""
        start = max(start, 0)
        return (
            self.total[:, stop] - self.total[:, start],
            self.observed[:, stop] - self.observed[:, start],
            self.nonzero[:, stop] - self.nonzero[:, start],
        )


def window_means(prefix: Prefix, at: int) -> Floats:
    """Means of the last 4, 8, 13 and 26 weeks before column ``at`` [series, 4]; NaN where no week was observed.

    >>> window_means(Prefix.of(np.array([[np.nan, 2.0, 4.0, 6.0]])), 4).tolist()
    [[4.0, 4.0, 4.0, 4.0]]
    """
    means = np.full((prefix.total.shape[0], len(WINDOWS)), np.nan)
    for column, weeks in enumerate(WINDOWS):
        total, observed, _ = prefix.window(at - weeks, at)
        np.divide(total, observed, out=means[:, column], where=observed > 0)
    return means


EQUAL: Floats = np.full(len(WINDOWS), 1 / len(WINDOWS))
"""The same say for every window: where nothing better was measured (blend.py)."""


def combine(means: Floats, weights: Floats | None = None) -> Floats:
    """The centre: the average of the window means that exist, with ``weights`` [windows] or [series, windows] (default: equal);
    NaN where none exists.

    >>> combine(np.array([[4.0, 2.0, 3.0, 3.0], [np.nan, 6.0, 6.0, 6.0]])).tolist()
    [3.0, 6.0]
    """
    known = ~np.isnan(means)
    mass = np.where(known, EQUAL if weights is None else weights, 0.0)
    # A window without a known week leaves its say to the others; where those have none, they share it.
    mass = np.where((mass.sum(axis=1) > 0)[:, None], mass, known)
    whole = mass.sum(axis=1)
    out = np.full(means.shape[0], np.nan)
    np.divide((mass * np.where(known, means, 0.0)).sum(axis=1), whole, out=out, where=whole > 0)
    return out


def first_sales_as_likely(demand: Floats) -> Floats:
    """``demand`` [series, weeks] with each series' first week cut to the share of its other weeks that sold.

    A series begins with the week of its first sale, so that week has sold for certain, and a shop's first weeks would look like
    a season of items that sell once a month. Counted with the chance that such a week sells at all, it is a week like any other.

    >>> first_sales_as_likely(np.array([[np.nan, 4.0, 0.0, 2.0, 0.0]])).tolist()
    [[nan, 2.0, 0.0, 2.0, 0.0]]
    """
    known = ~np.isnan(demand)
    rows = np.flatnonzero(known.any(axis=1))
    if rows.size == 0:
        return demand
    later = known.sum(axis=1)[rows] - 1
    sold = np.maximum((np.nan_to_num(demand[rows]) > 0).sum(axis=1) - 1, 0)
    out = demand.copy()
    out[rows, known.argmax(axis=1)[rows]] *= (sold + 1) / (later + 1)
    return out


def zero_share(prefix: Prefix, at: int) -> Floats:
    """Share of the last 26 observed weeks before ``at`` without demand; 1 where nothing was observed."""
    _, observed, nonzero = prefix.window(at - 26, at)
    out = np.ones(observed.shape[0])
    np.divide(observed - nonzero, observed, out=out, where=observed > 0)
    return out


SILENT_RATE = 0.5
"""Units that a series with only zeros in its windows is expected to sell in as many weeks as were observed.

½ is Jeffreys' prior for a Poisson rate: never having sold in n weeks is not proof of never selling.
"""


def living_level(level: Floats, observed: Floats) -> Floats:
    """``level``, with zeros replaced by :data:`SILENT_RATE` / weeks observed (26 at most); NaN stays."""
    silent = (level == 0) & (observed > 0)
    return np.where(silent, SILENT_RATE / np.clip(observed, 1, 26), level)


DORMANT_WEEKS = 13
"""Weeks without demand after which an item counts as dormant: what it did before says little about what it will do."""


def rarity(prefix: Prefix, at: int) -> Floats:
    """The zero share before ``at``, or 2 where nothing was sold in the last :data:`DORMANT_WEEKS`."""
    sold, observed, _ = prefix.window(at - DORMANT_WEEKS, at)
    return np.where((sold == 0) & (observed > 0), 2.0, zero_share(prefix, at))


def state(
    panel: DemandPanel, prefix: Prefix, windows: Floats, level: Floats, bulk_rate: Floats, expected: Floats,
    learnt: Floats, lost: Floats,
) -> SeriesState:  # fmt: skip
    """Where every series stands after its last week; ``windows`` are its window means, ``expected`` its cumulated path.

    ADI and CV² follow Syntetos, Boylan & Croston (2005), J. Oper. Res. Soc. 56(5): mean interval between demands, and
    squared coefficient of variation of the non-zero demands.
    """
    weeks = panel.demand.shape[1]
    total, observed, nonzero = prefix.window(0, weeks)
    recent = panel.demand[:, max(0, weeks - 26) :]
    known = ~np.isnan(recent)
    value = np.where(known, recent, 0.0)
    count = known.sum(axis=1)
    mean = _divide(value.sum(axis=1), count)
    squares = (np.where(known, recent - mean[:, None], 0.0) ** 2).sum(axis=1)
    size = _divide(total, nonzero)
    positive = np.where(panel.demand > 0, panel.demand - size[:, None], 0.0)
    return SeriesState(
        mean=level,
        bulk_rate=bulk_rate,
        weeks=observed.astype(np.int64),
        zero_share=zero_share(prefix, weeks),
        rarity=rarity(prefix, weeks),
        recent=prefix.window(weeks - 13, weeks)[0],
        variance=_divide(squares, count - 1),
        interval=_divide(observed, nonzero),
        size_cv2=_divide(_divide((positive**2).sum(axis=1), nonzero), size**2),
        top_share=_divide(value.max(axis=1, initial=0.0), value.sum(axis=1)),
        censored=panel.censored[:, max(0, weeks - 26) :].sum(axis=1).astype(np.int64),
        windows=windows,
        expected=expected,
        learnt=learnt,
        lost=lost,
    )


def pattern(interval: Floats, size_cv2: Floats) -> list[str]:
    """Demand class of each series: ADI against 1.32, CV² against 0.49; empty where unknown.

    >>> pattern(np.array([1.0, 1.0, 3.0, 3.0, np.nan]), np.array([0.1, 0.9, 0.1, 0.9, 0.1]))
    ['smooth', 'erratic', 'intermittent', 'lumpy', '']
    """
    names = np.array(["smooth", "erratic", "intermittent", "lumpy"])
    index = (interval >= 1.32) * 2 + (size_cv2 >= 0.49)
    return ["" if unknown else str(name) for name, unknown in zip(names[index], np.isnan(interval), strict=True)]


def _divide(numerator: Floats | Ints, denominator: Floats | Ints) -> Floats:
    out = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out
