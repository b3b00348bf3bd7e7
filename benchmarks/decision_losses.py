"""Where our plan is dearer than the best spreadsheet rule, and by what: SKUs by class and by kind, in numbers and a sentence.

Classes are those of the plan (ABC by yearly value, XYZ by variation of the weeks before the test); kinds are price and volume
above or below the median. Reasons are read off the replay: the part of the cost that is dearer most, and how the demand
that came compares with what the forecast expected before the first week.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from entrepot.engines.replenish.classical.classes import abc_classes, xyz_classes
from entrepot.engines.twin.model import PARTS, Floats, Goods, Ints, Outcome

NAMES = {
    "freight": "freight", "handling": "order lines", "storage": "storage", "capital": "capital",
    "lost_margin": "lost margin", "end_of_life": "end-of-life loss",
}  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """A group of SKUs; money in units of the currency. ``dearer`` of them cost more than under the rule, by ``dearer_by`` in all,
    the others less by ``cheaper_by``; ``by_part`` of the dearer ones, ours less theirs."""

    group: str
    skus: int
    dearer: int
    dearer_by: float
    cheaper_by: float
    by_part: dict[str, float]
    slower: int
    """Of the dearer SKUs, how many sold less than the forecast expected at the start."""
    ours_met: float
    theirs_met: float

    @property
    def sentence(self) -> str:
        """Why, in one sentence."""
        net = self.cheaper_by - self.dearer_by
        whole = f"cheaper by {net:,.0f} in sum" if net >= 0 else f"dearer by {-net:,.0f} in sum"
        if not self.dearer:
            return f"{self.group}: {self.skus} SKUs, none dearer, {whole}."
        part = max(self.by_part, key=lambda name: self.by_part[name])
        share = self.by_part[part] / max(self.dearer_by, 1e-9)
        less = f"{self.slower} of them sold less than the forecast expected, {self.dearer - self.slower} more"
        why = f"{less}; we met {self.ours_met:.0%} of their demand, the rule {self.theirs_met:.0%}"
        return (
            f"{self.group}: {self.dearer} of {self.skus} SKUs dearer, by {self.dearer_by:,.0f}, mostly {NAMES[part]} "
            f"({share:.0%} of it): {why}; {whole}."
        )

    def said(self) -> dict[str, object]:
        """As it is reported."""
        return {
            "group": self.group, "skus": self.skus, "dearer": self.dearer, "dearer_by": round(self.dearer_by),
            "cheaper_by": round(self.cheaper_by), "by_part": {name: round(amount) for name, amount in self.by_part.items()},
            "why": self.sentence,
        }  # fmt: skip


def losses(ours: Outcome, rule: Outcome, groups: np.ndarray, expected: Floats) -> list[Loss]:
    """Each of ``groups`` [SKUs, names], the one with the most money lost first; ``expected`` units of the test by the first
    forecast [SKUs]."""
    worse = ours.total - rule.total
    out: list[Loss] = []
    for name in sorted(set(groups.tolist())):
        rows = groups == name
        bad: Ints = np.flatnonzero(rows & (worse > 0.5)).astype(np.int64)
        good = rows & (worse < -0.5)
        asked = max(float(ours.asked[bad].sum()), 1e-9)
        out.append(
            Loss(
                str(name), int(rows.sum()), len(bad), float(worse[bad].sum()) / 100, -float(worse[good].sum()) / 100,
                {part: float((ours.parts[part] - rule.parts[part])[bad].sum()) / 100 for part in PARTS},
                int((ours.asked[bad] < expected[bad]).sum()),
                float(ours.met[bad].sum()) / asked, float(rule.met[bad].sum()) / asked,
            )
        )  # fmt: skip
    return sorted(out, key=lambda one: -one.dearer_by)


def classes(goods: Goods, before: Floats) -> np.ndarray:
    """ABC × XYZ of each SKU from the weeks ``before`` the test [SKUs, weeks], as the plan classes them."""
    year = before[:, -52:]
    value = 52 * year.mean(axis=1) * goods.price
    pairs = zip(abc_classes(value), xyz_classes(year.mean(axis=1), year.std(axis=1)), strict=True)
    return np.array([f"{abc}{xyz}" for abc, xyz in pairs])


def kinds(goods: Goods) -> np.ndarray:
    """Cheap or dear, small or bulky, by the medians."""
    dear = goods.price > np.median(goods.price)
    bulky = goods.volume_mm3 > np.median(goods.volume_mm3)
    return np.array(
        [f"{'dear' if d else 'cheap'}, {'bulky' if b else 'small'}" for d, b in zip(dear, bulky, strict=True)]
    )
