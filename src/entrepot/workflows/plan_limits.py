"""What a plan has to keep within: cash over some weeks, containers, a service floor, closed suppliers, full warehouses.

As text, as the command line and the API take it: cash ``50000`` or ``50000:8`` (over eight weeks), container ``1`` or
``FBA-US:1``, service ``95``, closed ``F01:2027-01-30:2027-02-20`` or ``CN:lny`` (all suppliers there, the lunar new year),
warehouse ``DE-3PL:120`` (cubic metres that are free), supplier ``F01:5000`` (units that he takes on today) or ``F01:800/w``
(that he makes in a week), funds ``80000`` (money that is there now) with income ``9000`` a week or ``9000/0/15000`` by week, the
last going on: no week may end without money.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import minor

CLOSED_BEFORE, CLOSED_AFTER = 8, 15
"""Days before and after the first day of the lunar new year on which factories stand still; custom, the seller knows better."""
LUNAR = "lny"
WEEKLY = "/w"
"""Behind a supplier's units: in a week."""
MOST_INCOMES = 26


@dataclass(frozen=True)
class Closure:
    """``supplier`` (a code, or a country of two letters: all of them there) makes nothing from ``first`` to ``last``."""

    supplier: str
    first: date
    last: date


@dataclass(frozen=True)
class Limits:
    """Nothing set: no limit. ``cash`` minor units of the company's currency that orders and loads may cost within ``cash_weeks``
    (deposits, balances, freight, duty), on top of what is owed already. ``funds`` and ``income`` by week pay what is owed too."""

    cash: int | None = None
    cash_weeks: int = 8
    containers: dict[str, int] = field(default_factory=dict[str, int])
    """Destination (empty: each) → whole containers at most of one loading."""
    service: float | None = None
    closed: tuple[Closure, ...] = ()
    warehouses: dict[str, float] = field(default_factory=dict[str, float])
    """Destination → cubic metres that may come in."""
    suppliers: dict[str, int] = field(default_factory=dict[str, int])
    """Supplier → units that he takes on today."""
    suppliers_week: dict[str, int] = field(default_factory=dict[str, int])
    """Supplier → units that he makes in a week."""
    funds: int | None = None
    income: tuple[int, ...] = ()
    """Money that comes in, by week; the last goes on."""

    @property
    def binding(self) -> bool:
        """Whether anything shared is limited."""
        shared = self.containers or self.warehouses or self.suppliers or self.suppliers_week
        return self.cash is not None or self.funds is not None or bool(shared)

    @property
    def timed(self) -> bool:
        """Whether anything counts in the coming weeks too, so that later orders matter."""
        weekly = self.containers or self.warehouses or self.suppliers_week
        return self.cash is not None or self.funds is not None or bool(weekly)

    def without(self, kind: str, name: str) -> Limits:
        """All of them but one."""
        if kind == "cash":
            return replace(self, cash=None)
        if kind == "funds":
            return replace(self, funds=None, income=())
        field_ = {
            "container": "containers",
            "warehouse": "warehouses",
            "supplier": "suppliers",
            "supplier_week": "suppliers_week",
        }
        kept: dict[str, Any] = getattr(self, field_[kind])
        # A limit of each place is dropped as a whole: it was asked for as one.
        fewer = {one: value for one, value in kept.items() if one not in ("", name)}
        return replace(self, **{field_[kind]: fewer})

    def of_each_place(self, kind: str, name: str) -> bool:
        """Whether the limit of a place was asked for once, for each of them."""
        kept: dict[str, Any] = {"container": self.containers, "warehouse": self.warehouses}.get(kind, {})
        return "" in kept and name not in kept

    def said(self) -> dict[str, Any]:
        """As it is kept with a run."""
        told = asdict(self)
        told["closed"] = [[c.supplier, c.first.isoformat(), c.last.isoformat()] for c in self.closed]
        told["income"] = list(self.income)
        if self.cash is None:
            told.pop("cash_weeks")
        return {name: value for name, value in told.items() if value not in (None, {}, [], ())}

    @staticmethod
    def kept(said: dict[str, Any]) -> Limits:
        """The limits of a run."""
        told = dict(said)
        told["closed"] = tuple(
            Closure(code, date.fromisoformat(first), date.fromisoformat(last))
            for code, first, last in told.get("closed", ())
        )
        told["income"] = tuple(told.get("income", ()))
        return Limits(**told)

    def money_until(self, week: int) -> int:
        """Money there and come in by the end of a week from now (0 is this one)."""
        come = [self.income[min(n, len(self.income) - 1)] for n in range(week + 1)] if self.income else []
        return (self.funds or 0) + sum(come)


def read_limits(
    on: date, currency: str, *, cash: str = "", container: tuple[str, ...] = (), service: str = "",
    closed: tuple[str, ...] = (), warehouse: tuple[str, ...] = (), supplier: tuple[str, ...] = (), funds: str = "",
    income: str = "",
) -> Limits:  # fmt: skip
    """Limits from text; ``on`` is the day of the plan. Raises :class:`ProblemError` with each that cannot be read.

    >>> read_limits(date(2026, 11, 2), "USD", cash="50000:6", service="95").cash
    5000000
    >>> read_limits(date(2026, 11, 2), "USD", closed=("F01:2027-01-30:2027-02-20",)).closed[0].last
    datetime.date(2027, 2, 20)
    """
    amount, weeks = _cash(cash, currency)
    there, comes = _funds(funds, income, currency)
    weekly = [_named(text) for text in supplier if text.strip().lower().endswith(WEEKLY)]
    once = [_named(text) for text in supplier if not text.strip().lower().endswith(WEEKLY)]
    return Limits(
        cash=amount, cash_weeks=weeks,
        containers={place: _whole("container", n, text) for place, n, text in map(_named, container)},
        service=_share(service), closed=tuple(_closure(text, on) for text in closed),
        warehouses={
            _code("warehouse", place, text): float(_number("warehouse", n, text))
            for place, n, text in map(_named, warehouse)
        },
        suppliers={_code("supplier", code, text): _whole("supplier", n, text) for code, n, text in once},
        suppliers_week={
            _code("supplier", code, text): _whole("supplier", n[: -len(WEEKLY)], text) for code, n, text in weekly
        },
        funds=there, income=comes,
    )  # fmt: skip


def weeks_late(closures: list[tuple[date, date]], on: date, production: float, weeks: int) -> list[int]:
    """By how many weeks an order of this week, the next … is ready later than its ``production`` weeks, closures counted.

    Work that falls into a closure is done after it.

    >>> weeks_late([(date(2026, 11, 16), date(2026, 11, 29))], date(2026, 11, 2), 3.0, 6)
    [2, 2, 2, 1, 0, 0]
    """
    shut = set[date]()
    for first, last in closures:
        shut |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    out: list[int] = []
    for week in range(weeks):
        day, left = on + timedelta(weeks=week), max(math.ceil(production * 7), 1)
        begun = day
        while left > 0:
            left -= day not in shut
            day += timedelta(days=1)
        extra = (day - begun).days - max(math.ceil(production * 7), 1)
        out.append(math.ceil(extra / 7 - 1e-9) if extra > 0 else 0)
    return out


def _cash(text: str, currency: str) -> tuple[int | None, int]:
    if not text.strip():
        return None, 8
    amount, _, weeks = text.partition(":")
    try:
        found, span = minor(amount.strip().replace(",", ""), currency), int(weeks or 8)
    except (ProblemError, InvalidOperation, ValueError):
        raise _problem("cash", text, "write an amount, such as 50000, or 50000:8 for eight weeks") from None
    if found < 0 or not 1 <= span <= 26:
        raise _problem("cash", text, "write an amount of 0 or more, for 1 to 26 weeks")
    return found, span


def _funds(funds: str, income: str, currency: str) -> tuple[int | None, tuple[int, ...]]:
    if not funds.strip():
        if income.strip():
            raise _problem("income", income, "say with funds how much money is there now")
        return None, ()
    try:
        there = minor(funds.strip().replace(",", ""), currency)
        comes = tuple(minor(part.strip().replace(",", ""), currency) for part in income.split("/") if part.strip())
    except (ProblemError, InvalidOperation, ValueError):
        raise _problem(
            "funds", f"{funds} {income}".strip(), "write amounts: funds 80000, income 9000 or 9000/0/15000"
        ) from None
    if there < 0 or any(one < 0 for one in comes) or len(comes) > MOST_INCOMES:
        raise _problem("funds", f"{funds} {income}".strip(), "write amounts of 0 or more, of 26 weeks at most")
    return there, comes


def _share(text: str) -> float | None:
    if not text.strip():
        return None
    found = float(_number("service", text.strip().rstrip("%"), text))
    found = found / 100 if found > 1 else found
    if not 0 <= found < 1:
        raise _problem("service", text, "write the share of demand to be met, from 0 to 99.9 %")
    return found


def _closure(text: str, on: date) -> Closure:
    parts = [part.strip() for part in text.split(":")]
    try:
        if len(parts) == 2 and parts[0] and parts[1].lower() == LUNAR:
            return Closure(parts[0].upper() if len(parts[0]) == 2 else parts[0], *_lunar(on))
        code, first, last = parts
        found = Closure(code, date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise _problem(
            "closed", text, "write SUPPLIER:2027-01-30:2027-02-20, or CN:lny for the lunar new year"
        ) from None
    if not code or found.last < found.first or (found.last - found.first).days > 120:
        raise _problem("closed", text, "name a supplier, a first day and a last day at most 120 days after it")
    return found


def _lunar(on: date) -> tuple[date, date]:
    """First and last day of the next standstill that does not lie behind ``on``."""
    from entrepot.engines.demand.events import day_of

    for year in (on.year, on.year + 1):
        feast = day_of("lunar_new_year", year)
        if feast is not None and feast + timedelta(days=CLOSED_AFTER) >= on:
            return feast - timedelta(days=CLOSED_BEFORE), feast + timedelta(days=CLOSED_AFTER)
    raise ValueError("no lunar new year is known")


def _named(text: str) -> tuple[str, str, str]:
    name, _, number = text.rpartition(":")
    return name.strip(), number.strip(), text


def _number(field_: str, number: str, text: str) -> Decimal:
    try:
        found = Decimal(number)
    except InvalidOperation:
        raise _problem(field_, text, "write a number") from None
    if not found.is_finite() or found < 0 or found.adjusted() > 9:
        raise _problem(field_, text, "write a number of 0 or more, of ten digits at most")
    return found


def _whole(field_: str, number: str, text: str) -> int:
    found = _number(field_, number, text)
    if found != int(found):
        raise _problem(field_, text, "write a whole number")
    return int(found)


def _code(field_: str, code: str, text: str) -> str:
    """A limit of a supplier or place names it; a container's alone may leave the place open."""
    if not code:
        raise _problem(field_, text, "write CODE:NUMBER")
    return code


def _problem(field_: str, found: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("bad_limit", f"the limit {field_} cannot be read", remedy, field=field_, found=found))
