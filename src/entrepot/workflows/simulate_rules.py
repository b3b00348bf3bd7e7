"""The seller's own ordering rules, as a small TOML text: for all, by class (A, B, C), or by SKU; the narrower wins.

    cover_days = 60

    [class.A]
    cover_days = 75
    mode = "air"

    [sku."KT-104"]
    reorder_point = 120
    order_up_to = 400

``cover_days``: every week up to lead time, one week and so many days of the 8-week average. ``reorder_point``: order only when
stock and arrivals fall below, up to ``order_up_to`` (else ``cover_days`` above it). ``mode``: by which mode, else the slowest.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.core.errors import Problem, ProblemError

if TYPE_CHECKING:
    from entrepot.workflows.simulate_books import Floats, SellerBooks

CLASSES = frozenset("ABC")
KEYS = frozenset({"cover_days", "reorder_point", "order_up_to", "mode"})
LONGEST = 20_000
Said = dict[str, Any]


@dataclass(frozen=True)
class OwnRules:
    """``everywhere``, by class and by SKU."""

    everywhere: Said
    classes: dict[str, Said]
    skus: dict[str, Said]

    def of(self, sku: str, value_class: str) -> Said:
        """What holds for one SKU."""
        return {**self.everywhere, **self.classes.get(value_class, {}), **self.skus.get(sku, {})}


@dataclass(frozen=True)
class RuleColumns:
    """By row: weeks of cover, reorder point and order-up-to in units (NaN where not said), mode as text."""

    cover: Floats
    point: Floats
    up_to: Floats
    mode: list[str]


def read_rules(text: str) -> OwnRules:
    """The rules, each checked. Raises :class:`ProblemError`.

    >>> read_rules('cover_days = 60' + chr(10) + '[sku."A"]' + chr(10) + 'reorder_point = 5').of("A", "B")
    {'cover_days': 60, 'reorder_point': 5}
    """
    if len(text) > LONGEST:
        raise _problem("rules", f"{len(text)} characters", f"write at most {LONGEST} characters")
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _problem("rules", str(error), "write one rule a line, such as cover_days = 60") from None
    classes, skus = said.pop("class", {}), said.pop("sku", {})
    for table in (classes, skus):
        if not isinstance(table, dict) or not all(isinstance(one, dict) for one in table.values()):
            raise _problem("rules", "", 'write [class.A] or [sku."CODE"] above the rules of a class or an SKU')
    for where, rules in (("", said), *classes.items(), *skus.items()):
        _check(where, rules)
    if not said and not classes and not skus:
        raise _problem("rules", "", "write at least cover_days = 60")
    return OwnRules(said, classes, skus)


def rule_columns(rules: OwnRules, books: SellerBooks, rows: Any) -> RuleColumns:
    """The rules by row; where nothing is said at all, sixty days of cover."""
    said = [rules.of(str(books.sku[n]), str(books.value_class[n])) for n in rows]

    def column(name: str) -> Floats:
        return np.array([float(one.get(name, np.nan)) for one in said])

    cover = column("cover_days")
    bare = np.isnan(cover)
    return RuleColumns(
        np.where(bare, 60.0, cover) / 7, column("reorder_point"), column("order_up_to"),
        [str(one.get("mode", "")) for one in said],
    )  # fmt: skip


def _check(where: str, rules: Said) -> None:
    for name, value in rules.items():
        found = f"{where} {name} = {value}".strip()
        if name not in KEYS:
            raise _problem("rules", found, f"choose one of {', '.join(sorted(KEYS))}")
        if name == "mode":
            if not isinstance(value, str):
                raise _problem("rules", found, 'write a mode, such as mode = "air"')
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1e9:
            raise _problem("rules", found, "write a number of 0 or more")
    low, high = rules.get("reorder_point"), rules.get("order_up_to")
    if low is not None and high is not None and high < low:
        raise _problem("rules", f"{where} order_up_to = {high}".strip(), f"write at least the reorder point, {low}")


def _problem(name: str, found: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("bad_rules", "the ordering rules cannot be read", remedy, field=name, found=found))
