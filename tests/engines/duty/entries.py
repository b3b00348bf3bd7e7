"""Random one-line entries over all destinations, days, regimes, modes, headings and amounts at the limits."""

from datetime import date

import numpy as np

from entrepot.engines.duty import Coded, Entries, day_number
from entrepot.rules import RuleBook

HEADINGS = (
    "",
    "610910",
    "6109.10.00",
    "3924104000",
    "850760",
    "9101114010",
    "220421",
    "73239300",
    "420292",
    "999999",
    "71",
)
ORIGINS = ("", "CN", "VN", "DE", "MX", "IN", "US", "JP", "LS")
REGIMES = ("commercial", "personal", "ioss", "remessa_conforme", "registered_seller")
MODES = ("", "sea", "air", "express", "post")
LIMITS = (0, 1, 300, 2000, 2200, 4000, 5000, 13500, 15000, 40000, 50000, 80000, 100000, 250000, 300000)


def random_entries(book: RuleBook, count: int, seed: int) -> Entries:
    """Entries of which many lie at or beside a limit."""
    draw = np.random.default_rng(seed)
    countries = sorted(c for c in book.countries if len(c) == 2 and c not in {"EU", "CN"})

    def pick(labels: tuple[str, ...] | list[str]) -> Coded:
        return Coded(tuple(labels), draw.integers(0, len(labels), count))

    near = np.array(LIMITS)[draw.integers(0, len(LIMITS), count)] + draw.integers(-1, 2, count)
    value = np.where(draw.random(count) < 0.5, near, draw.integers(0, 2_000_000, count))
    return Entries(
        pick(countries), draw.integers(day_number(date(2016, 1, 1)), day_number(date(2028, 12, 31)), count), pick(REGIMES),
        pick(MODES), pick(HEADINGS), pick(ORIGINS), pick(("USD", "EUR", "GBP", "CNY", "JPY", "VND")),
        draw.integers(1, 500, count), np.maximum(value, 0), draw.integers(0, 3, count) * draw.integers(0, 20_000, count),
        draw.integers(0, 2, count) * draw.integers(0, 500, count), draw.integers(-1, 90_000, count),
        pick(("", "", "1/20", "0", "33/200")),
    )  # fmt: skip
