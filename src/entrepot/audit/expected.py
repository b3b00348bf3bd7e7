"""What each kind of document must have become: the posting rules, stated a second time from the document's bytes.

A derived row is a tuple in the order of the ``*_FIELDS`` beside it; numbers of the rows that it refers to are looked up
in the stored rows, so that a link to the wrong row shows as a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.audit.arithmetic import DECIMALS, range_cost, rounded
from entrepot.audit.rates import Rates
from entrepot.audit.reading import Connection
from entrepot.audit.references import Moved, References, Sold
from entrepot.audit.registers import Company, Registers, instant, local_day
from entrepot.audit.values import Goods
from entrepot.audit.vocabulary import NUMBER_OF

MOVE_FIELDS = (
    "line",
    "ordinal",
    "company",
    "item",
    "kind",
    "from",
    "to",
    "quantity",
    "effective_at",
    "of",
    "lot",
    "purchase_line",
    "event",
    "share",
)
SALE_FIELDS = (
    "line",
    "company",
    "shop",
    "item",
    "sku",
    "quantity",
    "amount",
    "tax",
    "currency",
    "base_amount",
    "ordered_at",
    "country",
    "region",
    "status",
)
REFUND_FIELDS = (
    "line",
    "company",
    "shop",
    "sales_line",
    "item",
    "amount",
    "tax",
    "currency",
    "base_amount",
    "effective_at",
)
COST_FIELDS = (
    "line",
    "ordinal",
    "company",
    "component",
    "amount",
    "currency",
    "base_amount",
    "target_kind",
    "location",
    "shop",
    "item",
    "period_from",
    "period_to",
    "internal",
    "estimate",
    "effective_at",
    "basis",
    "targets",
)
PURCHASE_FIELDS = (
    "line",
    "company",
    "item",
    "supplier",
    "quantity",
    "price_amount",
    "price_per",
    "currency",
    "destination",
    "due",
    "effective_at",
)
PAYMENT_FIELDS = (
    "line",
    "company",
    "supplier",
    "order_type",
    "order",
    "amount",
    "currency",
    "base_amount",
    "effective_at",
)

Targets = tuple[tuple[int, int | None], ...]
"""(movement or sales line, weight); a weight of None is one that this page does not derive."""


class Source(NamedTuple):
    """A document as stored."""

    id: int
    source: str
    account: str
    type: str
    external_id: str
    version: int
    company: int
    key: int
    effective_at: int
    recorded_at: int
    batch: int


@dataclass(slots=True)
class Expected:
    """The rows that one document must have."""

    moves: list[tuple[Any, ...]] = field(default_factory=list)
    sales: list[tuple[Any, ...]] = field(default_factory=list)
    refunds: list[tuple[Any, ...]] = field(default_factory=list)
    costs: list[tuple[Any, ...]] = field(default_factory=list)
    purchases: list[tuple[Any, ...]] = field(default_factory=list)
    payments: list[tuple[Any, ...]] = field(default_factory=list)
    reported: list[tuple[Any, ...]] = field(default_factory=list)
    plain: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    """Rows of tax that comes back, by table (:mod:`entrepot.audit.rebate_rows`)."""
    reserved: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(line, item, cell, quantity) promised to an open order."""
    replaced: dict[tuple[str, int], tuple[int, int] | None] = field(default_factory=dict)
    """(table, old row) → (line, ordinal) of the document's own row that takes its place, None = taken back."""


@dataclass(slots=True)
class Context:
    """What a derivation may look at."""

    connection: Connection
    registers: Registers
    references: References
    rates: Rates
    goods: Goods
    stored_moves: dict[tuple[int, int], int] = field(default_factory=dict)
    """Numbers of this identity's own live movements by (line, ordinal): targets of its own cost lines."""
    older: set[int] = field(default_factory=set)
    """Earlier versions of the document being derived, unless it was taken back."""
    before: set[int] = field(default_factory=set)
    """All earlier versions."""


Rule = Callable[[Context, Source, dict[str, Any], Expected], None]


class MissingRate(Exception):
    """A document was posted although no rate was known."""


def owner(context: Context, source: Source) -> Company:
    """The document's company."""
    return context.registers.companies[source.company]


def base(context: Context, amount: int, currency: str, at: int, company: Company) -> int:
    """Converted once and whole at the books rate of the day in the company's zone."""
    if currency == company.currency:
        return amount
    rate = context.rates.rate(currency, company.currency, local_day(at, company.zone))
    if rate is None:
        raise MissingRate(f"no rate {currency} to {company.currency}")
    return at_rate(amount, currency, company.currency, rate)


def at_rate(amount: int, currency: str, target: str, rate: Fraction) -> int:
    """``amount`` at ``rate`` (major units), half away from zero."""
    shift = DECIMALS.get(target, 2) - DECIMALS.get(currency, 2)
    if shift >= 0:
        return rounded(amount * rate.numerator * 10**shift, rate.denominator)
    return rounded(amount * rate.numerator, rate.denominator * 10**-shift)


def prepaid_base(
    context: Context, worth: dict[tuple[str, str], int], amount: int, currency: str, at: int, company: Company
) -> int | None:
    """Goods bought with a deposit: its part of what the order or bill is ``worth`` at the payment's rate, the rest at the
    day's; None without deposit."""
    if currency == company.currency:
        return None
    mixed = context.rates.prepaid(company.id, company.currency, worth, currency, at, context.older)
    if mixed is None:
        return None
    rate, left = mixed
    if left:
        day = context.rates.rate(currency, company.currency, local_day(at, company.zone))
        if day is None:
            raise MissingRate(f"no rate {currency} to {company.currency}")
        rate += left * day
    return at_rate(amount, currency, company.currency, rate)


def line_amount(price: dict[str, Any], quantity: int) -> int:
    """Total of a line from its price pair."""
    return rounded(price["amount"] * quantity, price.get("per", 1))


def own_move(context: Context, line: int, ordinal: int = 0) -> int:
    """Number of a movement of the document itself; 0 when it is not there (another difference says so)."""
    return context.stored_moves.get((line, ordinal), 0)


def cost(
    context: Context,
    source: Source,
    line: int,
    component: str,
    amount: int,
    currency: str,
    targets: Targets,
    *,
    kind: str = "births",
    basis: str = "line",
    ordinal: int = 0,
    at: int | None = None,
    rate_at: int | None = None,
    company: Company | None = None,
    converted: int | None = None,
    **fields: Any,
) -> tuple[Any, ...]:
    """A cost row in the order of ``COST_FIELDS``."""
    whose = company or owner(context, source)
    when = source.effective_at if at is None else at
    if converted is None:
        converted = base(context, amount, currency, when if rate_at is None else rate_at, whose)
    return (
        line,
        ordinal,
        whose.id,
        NUMBER_OF[component],
        amount,
        currency,
        converted,
        kind,
        fields.get("location", 0),
        fields.get("shop", 0),
        fields.get("item", 0),
        fields.get("period_from", 0),
        fields.get("period_to", 0),
        int(fields.get("internal", False)),
        int(fields.get("estimate", False)),
        when,
        basis if targets else "",
        targets,
    )


def move(
    source: Source,
    line: int,
    kind: int,
    item: int,
    quantity: int,
    leaves: int,
    enters: int,
    *,
    ordinal: int = 0,
    at: int | None = None,
    company: int = 0,
    of: int = 0,
    lot: int = 0,
    purchase_line: int = 0,
    event: int = 0,
    share: int = 0,
) -> tuple[Any, ...]:
    """A movement row in the order of ``MOVE_FIELDS``."""
    return (
        line,
        ordinal,
        company or source.company,
        item,
        kind,
        leaves,
        enters,
        quantity,
        source.effective_at if at is None else at,
        of,
        lot,
        purchase_line,
        event,
        share,
    )


def lot_of(context: Context, source: Source, ref: dict[str, Any] | None, item: int) -> int:
    """The movement that gave birth to the named lot of an item."""
    if not ref:
        return 0
    born: list[Moved] = context.references.movements(ref, "births", source.id)
    return next((row.id for row in born if row.item == item), -1)


def sold_line(lines: list[Sold], number: int | None, sku: str) -> Sold | None:
    """The order line that a refund or returned line means."""
    for line in lines:
        if line.line == number or (number is None and (line.sku == sku or (not sku and len(lines) == 1))):
            return line
    return None


def period(context: Context, source: Source, first: str | None, last: str | None) -> tuple[int, int]:
    """First instant of a period and the first after it, in the company's zone; the document's own day by default."""
    from entrepot.audit.registers import midnight

    zone = owner(context, source).zone
    own = local_day(source.effective_at, zone).isoformat()
    return midnight(first or own, zone), midnight(last or own, zone, days=1)


def moment(text: str | None, default: int) -> int:
    """An instant of the body, or the document's own."""
    return instant(text) if text else default


def spread(total: int, whole: int, parts: list[int]) -> list[int]:
    """Consecutive parts of ``whole`` carrying ``total``, by cumulative rounding."""
    done, found = 0, []
    for part in parts:
        found.append(range_cost(total, whole, done, done + part) if whole else 0)
        done += part
    return found
