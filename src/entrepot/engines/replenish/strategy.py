"""Which item deserves how much attention: ABC × XYZ × stage of life → review, service, modes. The user can overrule each.

The objective stays one sum; a strategy only says how often an item is looked at, below which share of demand it should not
fall whatever the sum says, and which modes are considered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from entrepot.core.reasons import Reason
from entrepot.engines.replenish.classical.classes import abc_classes, xyz_classes
from entrepot.engines.replenish.steady import Floats

NEW, GROWING, STEADY, FADING, DORMANT = "new", "growing", "steady", "fading", "dormant"
STAGES = (NEW, GROWING, STEADY, FADING, DORMANT)


@dataclass(frozen=True)
class Strategy:
    """``review_weeks`` between orders, ``service`` floor (share of units, 0 = the sum decides), ``modes`` considered, and
    whether the item is ``ordered`` at all without a person's word."""

    review_weeks: int
    service: float
    modes: tuple[str, ...]
    ordered: bool = True


_REVIEW = {"A": 1, "B": 2, "C": 4}
_SERVICE = {("A", "X"): 0.95, ("A", "Y"): 0.92, ("A", "Z"): 0.85, ("B", "X"): 0.92, ("B", "Y"): 0.85}
FAST, ALL, SLOW = ("air", "rail", "sea"), ("air", "rail", "sea"), ("sea",)


def default_strategy(value: str, steadiness: str, stage: str) -> Strategy:
    """What is proposed for a class; ours by custom, not measured.

    >>> default_strategy("A", "X", "steady")
    Strategy(review_weeks=1, service=0.95, modes=('air', 'rail', 'sea'), ordered=True)
    >>> default_strategy("C", "Z", "dormant").ordered
    False
    """
    if value not in _REVIEW or steadiness not in "XYZ" or stage not in STAGES:
        raise ValueError(f"no class {value}{steadiness}, {stage}")
    base = Strategy(_REVIEW[value], _SERVICE.get((value, steadiness), 0.0), ALL if value != "C" else ("rail", "sea"))
    if stage == NEW:  # what is not known yet is bought little and often, by fast modes
        return replace(base, review_weeks=1, service=0.0, modes=("air", "rail"))
    if stage == GROWING:
        return replace(base, review_weeks=min(base.review_weeks, 2), modes=FAST)
    if stage == FADING:
        return replace(base, service=0.0, modes=("rail", "sea"))
    if stage == DORMANT:
        return replace(base, service=0.0, modes=SLOW, ordered=False)
    return base


def life_stages(weeks: Floats, last13: Floats, before13: Floats) -> list[str]:
    """Stage of each item from ``weeks`` since its first sale and its units in the last 13 weeks and the 13 before.

    New below 13 weeks; dormant without a sale in 13; growing above 1.5 times the quarter before, fading below 0.6 of it.
    The limits are ours.

    >>> import numpy as np
    >>> life_stages(np.array([5.0, 60, 60, 60, 60]), np.array([9.0, 0, 30, 5, 11]), np.array([0.0, 4, 10, 20, 10]))
    ['new', 'dormant', 'growing', 'fading', 'steady']
    """
    out: list[str] = []
    for age, now, before in zip(weeks, last13, before13, strict=True):
        if age < 13:
            out.append(NEW)
        elif now <= 0:
            out.append(DORMANT)
        elif now > 1.5 * before:
            out.append(GROWING)
        else:
            out.append(FADING if now < 0.6 * before else STEADY)
    return out


@dataclass(frozen=True)
class Assigned:
    """Class and strategy of one item, and which parts a person has overruled."""

    value: str
    steadiness: str
    stage: str
    strategy: Strategy
    overruled: tuple[str, ...] = ()

    def explain(self) -> tuple[Reason, ...]:
        """The class and what follows from it."""
        name, chosen = f"{self.value}{self.steadiness}", self.strategy
        floor = f"at least {chosen.service:.0%} of demand" if chosen.service else "whatever the costs say"
        text = f"Class {name}, {self.stage}: every {chosen.review_weeks} weeks, {floor}, by {', '.join(chosen.modes)}."
        lines = [Reason("strategy", text, {"class": name, "stage": self.stage, "service": chosen.service})]
        if self.overruled:
            lines.append(Reason("strategy_overruled", f"Set by hand: {', '.join(self.overruled)}.", {}))
        return tuple(lines)


def assign(
    value: Floats, mean: Floats, deviation: Floats, stages: list[str],
    overrides: Mapping[int, Mapping[str, object]] | None = None,
) -> list[Assigned]:  # fmt: skip
    """Strategy of each item from its yearly ``value``, weekly ``mean`` and ``deviation`` of demand, and stage.

    ``overrides`` by row: fields of :class:`Strategy`. A field that does not exist, or a service outside 0 … 1, is refused
    with the row.

    >>> import numpy as np
    >>> one = assign(np.array([900.0, 50.0]), np.array([5.0, 1.0]), np.array([1.0, 3.0]), ["steady", "fading"],
    ...              {1: {"service": 0.9}})
    >>> print(one[1].explain()[1])
    Set by hand: service.
    """
    out: list[Assigned] = []
    rows = zip(abc_classes(value), xyz_classes(mean, deviation), stages, strict=True)
    for row, (abc, xyz, stage) in enumerate(rows):
        chosen, changes = default_strategy(abc, xyz, stage), dict((overrides or {}).get(row, {}))
        wrong = set(changes) - {"review_weeks", "service", "modes", "ordered"}
        service = changes.get("service", chosen.service)
        if wrong or not isinstance(service, (int, float)) or not 0 <= service <= 1:
            raise ValueError(f"row {row}: cannot overrule {', '.join(sorted(wrong)) or f'service with {service}'}")
        out.append(Assigned(abc, xyz, stage, replace(chosen, **changes), tuple(sorted(changes))))  # type: ignore[arg-type]
    return out
