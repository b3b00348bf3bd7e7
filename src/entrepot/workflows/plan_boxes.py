"""Containers inside the choice: what goes together from one supplier or place decides between loose cargo and containers.

All lines of a supplier (or of what waits at a place) for one destination by sea or rail are loaded together. Their volume is
carried by whole containers, loose, or both, whichever is cheapest; a container that is paid has room that costs nothing, so
each line may then take a little more, and what would fly may go along, where that pays
(:class:`~entrepot.engines.replenish.shared_limits.Containers`). Freight of the loading is shared by what fills it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import product

import numpy as np

from entrepot.workflows.plan_batches import Batch, Floats, Ints
from entrepot.workflows.plan_lanes import Box, Way
from entrepot.workflows.plan_model import Inputs
from entrepot.workflows.plan_orders import BUY, SHIP, Choice, line_costs, solved_part

MORE = (1, 2, 4, 8)
"""Cartons more that a line may take into a container that is paid for; besides half as much again, and twice as much."""
UNTOUCHED = frozenset({"made_here", "ending", "not_ordered", "no_minimum"})
"""Flags of lines that take no more."""
REACH = 1.6
"""A container is thought of where the lines' wish, so many times, would pay for it."""
Key = tuple[str, str, str, str, str]
"""Kind, supplier, origin, destination, mode."""


@dataclass(frozen=True)
class Loading:
    """What goes together: ``boxes`` by kind, ``loose`` m³ beside them, what it costs, and what it would cost otherwise."""

    m3: float
    kg: float
    boxes: tuple[tuple[Box, int], ...]
    loose: float
    price: float
    other: float | None

    @property
    def count(self) -> int:
        """Containers in all."""
        return sum(count for _, count in self.boxes)

    @property
    def fill(self) -> float | None:
        """Share of the containers' room that is used, of volume or weight whatever is fuller; ``None`` without any."""
        if not self.boxes:
            return None
        inside = (self.m3 - self.loose) / self.m3 if self.m3 else 0.0
        room, load = (sum(getattr(box, name) * n for box, n in self.boxes) for name in ("m3", "kg"))
        return max(self.m3 * inside / room, self.kg * inside / load)


def loading(way: Way, m3: float, kg: float, loose_price: float) -> Loading:
    """The cheapest way to load ``m3`` and ``kg``; ``loose_price``: all of it loose.

    >>> sea = Way("sea", (30.0,), per_m3=100.0, boxes=(Box("20'", 1500.0, 28.0, 21_000.0), Box("40'", 2500.0, 60.0)))
    >>> found = loading(sea, 65.0, 9_000.0, 6500.0)
    >>> [(box.kind, n) for box, n in found.boxes], found.loose, round(found.price), found.other
    ([("40'", 1)], 5.0, 3000, 6500.0)
    """
    best = Loading(m3, kg, (), m3, loose_price, None)
    if not way.boxes or m3 <= 0:
        return best
    offers: list[Loading] = []
    each = loose_price / m3
    for counts in product(*(range(_most(box, m3, kg) + 1) for box in way.boxes)):
        boxes = tuple((box, n) for box, n in zip(way.boxes, counts, strict=True) if n)
        if not boxes:
            continue
        share = min(1.0, sum(b.m3 * n for b, n in boxes) / m3, sum(b.kg * n for b, n in boxes) / max(kg, 1e-9))
        loose = m3 * (1 - share)
        loose = 0.0 if loose < 1e-9 else loose
        price = sum(b.price * n for b, n in boxes) + loose * each
        offers.append(Loading(m3, kg, boxes, round(loose, 6), price, loose_price))
    full = min(offers, key=lambda one: (one.price, one.count))
    return full if full.price < loose_price else Loading(m3, kg, (), m3, loose_price, full.price)


def _most(box: Box, m3: float, kg: float) -> int:
    return max(math.ceil(m3 / box.m3 - 1e-9), math.ceil(kg / box.kg - 1e-9))


class Group:
    """Lines that go together, with their measures; ``members``: (choice, its mode's index)."""

    def __init__(self, inputs: Inputs, key: Key, members: list[tuple[Choice, int]]) -> None:
        self.inputs, self.key, self.members = inputs, key, members
        self.way = members[0][0].batch.ways[members[0][1]]
        lines = [inputs.lines[choice.row] for choice, _ in members]
        self.known = all(line.measure.mm3 is not None and line.measure.grams is not None for line in lines)
        self.m3: Floats = np.array([(line.measure.mm3 or 0.0) / 1e9 for line in lines])
        self.kg: Floats = np.array([(line.measure.grams or 0.0) / 1e3 for line in lines])

    @property
    def units(self) -> Ints:
        """Units of each member by this way."""
        return np.array([choice.units[mode] for choice, mode in self.members], dtype=np.int64)

    @property
    def loose(self) -> Floats:
        """Freight of a loose unit of each member."""
        return np.array([choice.batch.costs.freight[choice.at, mode] for choice, mode in self.members])

    def loaded(self) -> Loading:
        """How its units go."""
        units = self.units
        m3, kg, price = float(units @ self.m3), float(units @ self.kg), float(units @ self.loose)
        return loading(self.way, m3, kg, price) if self.known else Loading(m3, kg, (), m3, price, None)

    def settle(self) -> None:
        """Share the freight of the loading among its units by volume."""
        found = self.loaded()
        for n, (choice, mode) in enumerate(self.members):
            if choice.batch.today is None:
                choice.batch.today = choice.batch.costs.freight.copy()
            loose = float(choice.batch.costs.freight[choice.at, mode])
            each = found.price * float(self.m3[n]) / found.m3 if found.boxes else loose
            choice.batch.today[choice.at, mode] = each


def groups_of(inputs: Inputs, choices: list[Choice], *, idle: bool = False) -> list[Group]:
    """What goes together by sea or rail; with ``idle`` also lines that take nothing today, where others of the group do."""
    found: dict[Key, list[tuple[Choice, int]]] = defaultdict(list)
    for choice in choices:
        for mode, lane in enumerate(choice.batch.lanes):
            if lane.name in ("sea", "rail") and (idle or choice.units[mode] > 0):
                found[key_of(inputs, choice, lane.name)].append((choice, mode))
    return [Group(inputs, key, members) for key, members in sorted(found.items())]


def key_of(inputs: Inputs, choice: Choice, mode: str) -> Key:
    """What a line by a mode is loaded with."""
    line = inputs.lines[choice.row]
    supplier = "" if choice.kind != BUY or line.source is None else line.source.supplier
    start = choice.origin or line.origin
    return choice.kind, supplier, start.code if start else "", line.place.code, mode


def fill_containers(inputs: Inputs, choices: list[Choice]) -> None:
    """Decide between loose and containers for all that goes together, and let lines take more where a container pays it."""
    for group in groups_of(inputs, choices, idle=True):
        if group.known and group.way.boxes and group.units.sum() > 0:
            _choose(inputs, group)
    price_loadings(inputs, choices)


def price_loadings(inputs: Inputs, choices: list[Choice]) -> None:
    """Freight of today's units as they go together."""
    before = {id(choice) for choice in choices if _shares(choice)}
    for choice in choices:
        choice.batch.today = None
    for group in groups_of(inputs, choices):
        if group.known and group.loaded().boxes:
            group.settle()
    for choice in choices:
        if id(choice) in before or _shares(choice):
            costs = line_costs(choice, np.stack([choice.units, choice.wanted]))
            choice.cost, choice.unlimited = float(costs[0]), float(costs[1])


def _shares(choice: Choice) -> bool:
    """Whether its freight is a share of a container's."""
    today = choice.batch.today
    return today is not None and bool((today[choice.at] != choice.batch.costs.freight[choice.at]).any())


def _choose(inputs: Inputs, group: Group) -> None:
    from entrepot.engines.replenish.shared_limits import Containers, Options, choose_within

    loose, units = group.loose, group.units
    if not any(box.price < REACH * float(units @ loose) + 1e-9 for box in group.way.boxes):
        return
    members = [n for n, (c, _) in enumerate(group.members) if units[n] > 0 or not UNTOUCHED & set(c.flags)]
    orders = {n: _more(inputs, *group.members[n]) for n in members}
    taken = np.zeros((len(members), max(len(one) for one in orders.values())))
    cost = np.full_like(taken, np.inf)
    for n, found in _costs([group.members[m][0] for m in members], [orders[m] for m in members]).items():
        mode = group.members[members[n]][1]
        count = orders[members[n]][:, mode]
        cost[n, : len(found)] = found - count * loose[members[n]]
        taken[n, : len(found)] = count * group.m3[members[n]]
    now = float(cost[:, 0].sum()) + group.loaded().price
    best: tuple[float, Ints | None] = (now - inputs.order_line, None)
    wished = float(units @ group.m3)
    for box in group.way.boxes:
        # What weighs more than it fills is measured by its weight.
        dense = max(1.0, float(units @ group.kg) / box.kg / max(wished / box.m3, 1e-9))
        room = Containers(0, box.m3 / dense, box.price, float(units @ loose) / max(wished, 1e-9))
        plan = choose_within(Options(cost, taken[None]), np.array([np.inf]), ("volume",), room)
        total = _priced(group, members, orders, cost, plan.pick)
        if total < best[0]:
            best = total, plan.pick
    if best[1] is None:
        return
    for n, option in zip(members, best[1], strict=True):
        choice = group.members[n][0]
        if option:
            choice.units = choice.wanted = orders[n][int(option)]
            choice.flags.append("container")
            choice.cost = choice.unlimited = float(
                solved_part(choice.batch, [choice.at]).option_costs(choice.units[None, None])[0, 0]
            )


def _more(inputs: Inputs, choice: Choice, mode: int) -> Ints:
    """As it is, some cartons more by ``mode``, half as much and as much again, and with all that would go faster; each once."""
    now, step = choice.units, int(choice.batch.standing.carton[choice.at])
    whole = int(now.sum())
    if whole == 0:
        start = int(choice.batch.standing.least[choice.at])
        if choice.kind == SHIP or start <= 0:
            return now[None]
        sizes = [start, 2 * start]
    else:
        sizes = [*(step * n for n in MORE), *(-(-round(whole * share) // step) * step for share in (0.25, 0.5, 1.0))]
    rows = [now]
    for size in sizes:
        row = now.copy()
        row[mode] += size
        rows.append(row)
    if mode and now[:mode].any():
        row = now.copy()
        row[mode] += int(row[:mode].sum())
        row[:mode] = 0
        rows.append(row)
    if choice.kind == SHIP:
        waits = inputs.waiting.get(inputs.lines[choice.row].item)
        most = whole if waits is None or "shared" in choice.flags else waits.units
        rows = [row for row in rows if row.sum() <= most]
    return _once(rows)


def _once(rows: list[Ints]) -> Ints:
    seen: dict[bytes, Ints] = {row.tobytes(): row for row in reversed(rows)}
    return np.stack(list(reversed(seen.values())))


def _costs(choices: list[Choice], orders: list[Ints]) -> dict[int, Floats]:
    """Expected cost of each choice's orders, batch by batch."""
    by: dict[int, list[int]] = defaultdict(list)
    for n, choice in enumerate(choices):
        by[id(choice.batch)].append(n)
    out: dict[int, Floats] = {}
    for members in by.values():
        batch: Batch = choices[members[0]].batch
        width = max(len(orders[n]) for n in members)
        padded = np.stack(
            [np.concatenate([orders[n], np.repeat(orders[n][:1], width - len(orders[n]), axis=0)]) for n in members]
        )
        batch.today = None
        found = solved_part(batch, [choices[n].at for n in members]).option_costs(np.ascontiguousarray(padded))
        for k, n in enumerate(members):
            out[n] = found[k, : len(orders[n])]
    return out


def _priced(group: Group, members: list[int], orders: dict[int, Ints], cost: Floats, pick: Ints) -> float:
    """What a choice costs with its cheapest loading."""
    count = np.array(
        [orders[n][int(o)][group.members[n][1]] for n, o in zip(members, pick, strict=True)], dtype=np.float64
    )
    at = np.array(members)
    m3, kg, loose = float(count @ group.m3[at]), float(count @ group.kg[at]), float(count @ group.loose[at])
    return float(cost[np.arange(len(members)), pick].sum()) + loading(group.way, m3, kg, loose).price
