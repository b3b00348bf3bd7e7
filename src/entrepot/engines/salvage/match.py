"""Reimbursements that do not say for which loss: linked where only one loss can be meant, else left to a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from entrepot.core.money import split_largest_remainder
from entrepot.engines.salvage.model import Lost, Repaid

How = Literal["only_loss", "same_units", "together", "reversal"]
Why = Literal["no_item", "no_loss", "several", "contested", "too_many", "reverses_unknown"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A link that follows from the facts and that nobody stated: ``units`` of the loss and ``amount`` (minor units) for them."""

    lost: Lost
    repaid: Repaid
    units: int
    amount: int
    how: How


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A reimbursement for a person, why, and the losses that could be meant."""

    repaid: Repaid
    why: Why
    candidates: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """All links and all that a person has to look at: together every reimbursement exactly once, to the minor unit."""

    links: tuple[Derived, ...]
    unmatched: tuple[Unmatched, ...]

    def explain(self, key: str) -> list[str]:
        """What was found for a reimbursement or a loss, in lines."""
        out = [
            f"{x.repaid.key}: {x.units} units of {x.lost.key} ({x.lost.on}), {_HOW[x.how]}"
            for x in self.links
            if key in (x.repaid.key, x.lost.key)
        ]
        for x in self.unmatched:
            if x.repaid.key == key:
                named = ", ".join(f"{lost.key} ({lost.units} units, {lost.on})" for lost in x.candidates)
                out.append(f"{key}: {_WHY[x.why]}" + (f": {named}" if named else ""))
        return out


_HOW: dict[str, str] = {
    "only_loss": "the only loss that fits",
    "same_units": "the only loss of so many units",
    "together": "all losses that fit together are so many units",
    "reversal": "takes back a reimbursement of it",
}
_WHY: dict[str, str] = {
    "no_item": "names no item",
    "no_loss": "no loss of this item before it",
    "several": "several losses fit",
    "contested": "another reimbursement may be for the same loss",
    "too_many": "more units than were lost",
    "reverses_unknown": "takes back a reimbursement that is not linked",
}


def match(lost: Sequence[Lost], repaid: Sequence[Repaid], window: int = 180) -> Matched:
    """Link reimbursements with losses of the same item, place and kind that happened at most ``window`` days before.

    Three rules, from the surest to the weakest, until none finds more: only one open loss has room for the units; only one has
    exactly as many open; all that fit together have exactly as many. A rule is applied to all reimbursements at once and
    links nothing that two of them claim, so the order in which they come does not matter. A reimbursement without units takes
    the whole of the only loss. Nothing is guessed: the rest is returned with its candidates. Raises ``ValueError`` for a loss
    or reimbursement of fewer than one unit and for a key that comes twice.

    >>> from datetime import date
    >>> losses = [Lost("U-1", "A", "FBA", date(2026, 3, 1), 1), Lost("U-2", "A", "FBA", date(2026, 3, 9), 3)]
    >>> paid = [Repaid("R-1", "A", "FBA", date(2026, 4, 1), 3, 2_400), Repaid("R-2", "A", "FBA", date(2026, 4, 2), 1, 800)]
    >>> found = match(losses, paid)
    >>> [(x.repaid.key, x.lost.key, x.how) for x in found.links]
    [('R-1', 'U-2', 'only_loss'), ('R-2', 'U-1', 'only_loss')]
    >>> match(losses, paid[1:]).explain("R-2")
    ['R-2: 1 units of U-1 (2026-03-01), the only loss of so many units']
    """
    _checked(lost, repaid)
    by_item: dict[str, list[Lost]] = defaultdict(list)
    for one in lost:
        by_item[one.item].append(one)
    asked: dict[str, list[Repaid]] = defaultdict(list)
    links: list[Derived] = []
    left: list[Unmatched] = []
    for one in repaid:
        if one.reverses or one.amount < 0:
            continue
        if not one.item:
            left.append(Unmatched(one, "no_item"))
        else:
            asked[one.item].append(one)
    for item, payments in asked.items():
        found, rest = _of_item(by_item.get(item, []), payments, window)
        links += found
        left += rest
    taken_back, unknown = _reversals(links, [one for one in repaid if one.reverses or one.amount < 0])
    place = {one.key: n for n, one in enumerate(repaid)}
    links.sort(key=lambda x: (place[x.repaid.key], x.lost.on, x.lost.key))
    left += unknown
    left.sort(key=lambda x: place[x.repaid.key])
    return Matched((*links, *taken_back), tuple(left))


def _checked(lost: Sequence[Lost], repaid: Sequence[Repaid]) -> None:
    for rows in (lost, repaid):
        keys = [row.key for row in rows]
        if len(set(keys)) != len(keys):
            raise ValueError("a key comes twice")
        for row in rows:
            if row.units is not None and row.units < 1:
                raise ValueError(f"{row.key}: fewer than one unit")


def _fits(lost: Lost, repaid: Repaid, window: int) -> bool:
    return (
        lost.on <= repaid.on <= lost.on + timedelta(days=window)
        and (not repaid.place or lost.place == repaid.place)
        and (not repaid.kind or not lost.kind or lost.kind == repaid.kind)
    )


def _of_item(lost: Sequence[Lost], payments: Sequence[Repaid], window: int) -> tuple[list[Derived], list[Unmatched]]:
    open_units = {one.key: one.units for one in lost}
    fitting = {p.key: [one for one in lost if _fits(one, p, window)] for p in payments}
    waiting = {p.key: p for p in payments}
    links: list[Derived] = []
    while waiting:
        found: list[Derived] = []
        for rule in _RULES:
            found = found or _round(rule, waiting, fitting, open_units)
        if not found:
            break
        for link in found:
            open_units[link.lost.key] -= link.units
            waiting.pop(link.repaid.key, None)
        links += found
    return links, [_left(p, fitting[p.key], open_units) for p in waiting.values()]


def _left(repaid: Repaid, fitting: Sequence[Lost], open_units: dict[str, int]) -> Unmatched:
    free = tuple(one for one in fitting if open_units[one.key])
    if not fitting:
        return Unmatched(repaid, "no_loss")
    if repaid.units is not None and sum(open_units[one.key] for one in free) < repaid.units:
        return Unmatched(repaid, "too_many", free)
    if len(free) == 1:
        return Unmatched(repaid, "contested", free)
    return Unmatched(repaid, "several" if free else "too_many", free)


def _only(repaid: Repaid, free: Sequence[Lost], open_units: dict[str, int]) -> list[Lost]:
    """The only loss that has room; without units the only loss at all."""
    room = [one for one in free if open_units[one.key] >= (repaid.units or 1)]
    whole = repaid.units is not None or len(free) == 1
    return room if len(room) == 1 and whole else []


def _same(repaid: Repaid, free: Sequence[Lost], open_units: dict[str, int]) -> list[Lost]:
    same = [one for one in free if open_units[one.key] == repaid.units]
    return same if len(same) == 1 else []


def _together(repaid: Repaid, free: Sequence[Lost], open_units: dict[str, int]) -> list[Lost]:
    return list(free) if len(free) > 1 and sum(open_units[one.key] for one in free) == repaid.units else []


_Rule = tuple[Callable[[Repaid, Sequence[Lost], dict[str, int]], list[Lost]], How]
_RULES: tuple[_Rule, ...] = ((_only, "only_loss"), (_same, "same_units"), (_together, "together"))


def _round(
    rule: _Rule, waiting: dict[str, Repaid], fitting: dict[str, list[Lost]], open_units: dict[str, int]
) -> list[Derived]:
    """What one rule links for all that wait, without what together is more than is open of a loss."""
    chooses, how = rule
    chosen: dict[str, list[Lost]] = {}
    for key, repaid in waiting.items():
        free = [one for one in fitting[key] if open_units[one.key]]
        losses = chooses(repaid, free, open_units)
        if losses:
            chosen[key] = losses
    wanted: dict[str, int] = defaultdict(int)
    for key, losses in chosen.items():
        for one in losses:
            wanted[one.key] += _units(waiting[key], one, losses, open_units)
    good = {k: v for k, v in chosen.items() if all(wanted[one.key] <= open_units[one.key] for one in v)}
    return [link for key, losses in good.items() for link in _linked(waiting[key], losses, open_units, how)]


def _units(repaid: Repaid, one: Lost, losses: Sequence[Lost], open_units: dict[str, int]) -> int:
    """So many of its units where it is the only one, all that is open of each where several go together."""
    return open_units[one.key] if repaid.units is None or len(losses) > 1 else repaid.units


def _linked(repaid: Repaid, losses: Sequence[Lost], open_units: dict[str, int], how: How) -> Iterable[Derived]:
    units = [_units(repaid, one, losses, open_units) for one in losses]
    amounts = split_largest_remainder(repaid.amount, units)
    for one, n, amount in zip(losses, units, amounts, strict=True):
        yield Derived(one, repaid, n, amount, how)


def _reversals(links: Sequence[Derived], reversing: Sequence[Repaid]) -> tuple[list[Derived], list[Unmatched]]:
    """What takes a linked reimbursement back follows it and opens so many units of it again; without units all of them
    where it takes back all of its money, else none."""
    by_key: dict[str, list[Derived]] = defaultdict(list)
    for link in links:
        by_key[link.repaid.key].append(link)
    free = {key: sum(link.units for link in those) for key, those in by_key.items()}
    found: list[Derived] = []
    left: list[Unmatched] = []
    for one in sorted(reversing, key=lambda x: (x.on, x.key)):
        those = by_key.get(one.reverses)
        if not those:
            left.append(Unmatched(one, "reverses_unknown"))
            continue
        weights = [link.units for link in those]
        whole = one.amount == -sum(link.amount for link in those)
        units = min(one.units if one.units is not None else free[one.reverses] * whole, free[one.reverses])
        free[one.reverses] -= units
        parts = zip(
            those, split_largest_remainder(one.amount, weights), split_largest_remainder(units, weights), strict=True
        )
        found += [Derived(link.lost, one, -n, amount, "reversal") for link, amount, n in parts]
    return found, left
