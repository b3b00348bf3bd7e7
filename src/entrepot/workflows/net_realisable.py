"""Lower of cost and net realisable value at a month's end: proposed from own sales, approved by a person, kept as a fact.

Net realisable value is the price that a unit brings in the ordinary course of business, without output tax, less the costs of
completing and selling it (IAS 2.6; CAS 1 §15): here what own sales of the last 90 days brought (of an item not sold since, of
the last year), net of refunds, platform, payment, fulfilment and delivery costs and of what returns cost. Where nothing was
sold in a year, or unsellable units are not carried by the rest, nobody guesses: a person gives the value and the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from fractions import Fraction

import polars as pl
from django.db.models import Sum

from entrepot.books import audit_trail, intake, models
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import WriteDown, WriteDownLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.kinds import Kind
from entrepot.core.money import minor, range_share, round_half_away
from entrepot.engines.valuation.allowance import AllowanceChange, change, left_of, required
from entrepot.workflows.clock import now
from entrepot.workflows.month_figures import MonthFigures, month_figures

DAYS = 90
"""Days of own sales that a price is taken from."""
YEAR = 365
"""Days that stand in, weakly, for an item that was not sold lately."""
SURE, SOME = 30, 5
"""Units sold in that time from which a price counts as sure, and as fair."""
_LEAVES = (
    Kind.SALE, Kind.WRITE_OFF, Kind.COUNT_SHORTAGE, Kind.USE, Kind.SUPPLIER_RETURN, Kind.INTERCOMPANY_SALE,
    Kind.CONVERSION_IN,
)  # fmt: skip


@dataclass(frozen=True)
class Assessed:
    """An item's stock at the month's end, minor units of the company's currency.

    ``unit_value``: net realisable value of a sellable unit from own sales (None: not known). ``confidence``: sure, fair, weak, or
    none. ``unsellable``: units that no own sale tells of. ``cost`` is without units whose cost is missing.
    """

    sku: str
    units: int
    unsellable: int
    cost: int
    unit_value: int | None
    sold: int
    confidence: str

    @property
    def net_realisable(self) -> int | None:
        """Of all units; None where a person has to say.

        Units that cannot be sold count for nothing as long as the rest alone brings what all of them cost.
        """
        if self.unit_value is None:
            return None
        value = max(0, self.unit_value) * (self.units - self.unsellable)
        return None if self.unsellable and value < self.cost else value

    @property
    def short(self) -> int | None:
        """By how much it stands above what it will bring in."""
        value = self.net_realisable
        return None if value is None else required(self.cost, value)


@dataclass(frozen=True)
class Allowances:
    """A month of a company's allowance, by SKU; ``released``: by the kind of movement that it left with (what came back of
    sales again is a sale's, negative)."""

    by_sku: Mapping[str, AllowanceChange]
    released: Mapping[Kind, int]

    def total(self) -> AllowanceChange:
        """All SKUs together."""
        parts = self.by_sku.values()
        return AllowanceChange(
            sum(p.opening for p in parts), sum(p.released for p in parts), sum(p.charged for p in parts),
            sum(p.reversed for p in parts),
        )  # fmt: skip


def assessed(figures: MonthFigures) -> list[Assessed]:
    """Every item on hand at the month's end, the greatest shortfall first, then those that nobody knows the value of."""
    stock = figures.owned(figures.closing.stock)
    conditions = dict(models.Cell.objects.filter(company=figures.company).values_list("pk", "condition"))
    here = stock.unique(["item", "cell"]).filter(pl.col("units") > 0)
    units: dict[int, int] = defaultdict(int)
    unsellable: dict[int, int] = defaultdict(int)
    for item, cell, count in here.select("item", "cell", "units").iter_rows():
        units[item] += count
        if conditions[cell] != "sellable":
            unsellable[item] += count
    costs = dict(figures.mine(stock).group_by("item").agg(pl.col("amount").sum()).iter_rows())
    sold = _own_sales(figures)
    skus = dict(models.Item.objects.filter(pk__in=list(units)).values_list("pk", "sku"))
    rows = []
    for item, count in units.items():
        value, number = sold.get(item, (None, 0))
        confidence = "none" if value is None else "sure" if number >= SURE else "fair" if number >= SOME else "weak"
        rows.append(
            Assessed(skus[item], count, unsellable[item], max(0, costs.get(item, 0)), value, number, confidence)
        )
    return sorted(rows, key=lambda r: (r.short is None, -(r.short or 0), -r.cost, r.sku))


def _own_sales(figures: MonthFigures) -> dict[int, tuple[int | None, int]]:
    """Item → what a unit brought net of the costs of selling it, and how many were kept by customers of late."""
    found = _sold_within(figures, YEAR)
    found = {item: (value, 0) for item, (value, _) in found.items()}  # old prices: weak, however many
    return found | _sold_within(figures, DAYS)


def _sold_within(figures: MonthFigures, days: int) -> dict[int, tuple[int | None, int]]:
    first = figures.last - timedelta(days=days - 1)
    rows = (
        models.SaleFigure.objects.filter(
            company=figures.company, net__isnull=False, day__gte=int(f"{first:%Y%m%d}"),
            day__lte=int(f"{figures.last:%Y%m%d}"),
        )
        .values_list("item_id")
        .annotate(
            Sum("net"), Sum("refunded"), Sum("selling"), Sum("unsalable"), Sum("quantity"), Sum("returned")
        )
    )  # fmt: skip
    found: dict[int, tuple[int | None, int]] = {}
    for item, net, refunded, selling, unsalable, quantity, returned in rows:
        kept = quantity - returned
        if kept > 0:
            found[item] = (round_half_away(Fraction(net - refunded - selling - unsalable, kept)), kept)
    return found


def allowances(figures: MonthFigures) -> Allowances:
    """What stood, was released by sales, charged and reversed between the two states."""
    opening, before = _standing(figures, figures.starts, figures.opening.known)
    closing, after = _standing(figures, figures.ends, figures.closing.known)
    moves = figures.closing.valued.facts.movements
    anew = (before.pk if before else None) != (after.pk if after else None)
    began = _gone(before, figures.opening.valued.facts.movements, figures)
    gone = _gone(before, moves, figures)
    start, unreleased = _left(opening, began), _left(opening, gone)
    ends = _left(closing, _gone(after, moves, figures))
    found: dict[str, AllowanceChange] = {}
    released: dict[Kind, int] = defaultdict(int)
    skus = dict(models.Item.objects.filter(pk__in=[*opening, *closing]).values_list("pk", "sku"))
    for item in sorted({*opening, *closing}, key=lambda one: skus[one]):
        one = change(start.get(item, 0), unreleased.get(item, 0), ends.get(item, 0) if anew else None)
        if (one.opening, one.closing) != (0, 0) or one.charged:
            found[skus[item]] = one
        for kind, amount in _by_kind(
            one.released, began.get(item, {}), gone.get(item, {}), _unit(opening.get(item))
        ).items():
            released[kind] += amount
    return Allowances(found, released)


def _standing(
    figures: MonthFigures, before: Instant, known: Instant
) -> tuple[dict[int, models.WriteDownLine], models.Document | None]:
    """The write-down in force: its lines by item, and its document."""
    gone = models.Reversed.objects.filter(by__recorded_at__lte=known).values("document")
    told = models.Document.objects.filter(
        type="write_down", company=figures.company, effective_at__lt=before, recorded_at__lte=known
    ).exclude(pk__in=gone)  # fmt: skip
    document = told.order_by("effective_at", "version", "pk").last()
    if document is None:
        return {}, None
    return {line.item_id: line for line in models.WriteDownLine.objects.filter(document=document)}, document


_Gone = dict[int, dict[Kind, int]]
"""Item → kind of movement → units that left since the write-down; what customers brought back is taken off what was sold."""


def _gone(document: models.Document | None, moves: pl.DataFrame, figures: MonthFigures) -> _Gone:
    if document is None:
        return {}
    since = moves.filter(
        (pl.col("company") == figures.company.pk) & (pl.col("at") > document.effective_at)
        & pl.col("kind").is_in([int(kind) for kind in (*_LEAVES, Kind.RETURN)])
    )  # fmt: skip
    found: _Gone = defaultdict(lambda: defaultdict(int))
    for item, kind, units in (
        since.group_by("item", "kind").agg(pl.col("quantity").sum()).sort("item", "kind").iter_rows()
    ):
        back = Kind(kind) is Kind.RETURN
        found[item][Kind.SALE if back else Kind(kind)] += -units if back else units
    return found


def _left(lines: Mapping[int, models.WriteDownLine], gone: _Gone) -> dict[int, int]:
    """Item → what of its allowance stands after what left since it was assessed."""
    return {
        item: left_of(required(line.cost, line.net_realisable), line.units, sum(gone.get(item, {}).values()))
        for item, line in lines.items()
    }


def _unit(line: models.WriteDownLine | None) -> Fraction:
    """Allowance of a unit as it was approved."""
    return Fraction(required(line.cost, line.net_realisable), line.units) if line and line.units else Fraction(0)


def _by_kind(
    released: int, before: Mapping[Kind, int], after: Mapping[Kind, int], unit: Fraction
) -> dict[Kind, int]:  # fmt: skip
    """What was released, by the units that left with each kind of movement; ``unit``: the allowance of one.

    Where as much came back as left, nothing is released in all, and one kind takes what the other gives.
    """
    units = {kind: after.get(kind, 0) - before.get(kind, 0) for kind in sorted({*before, *after})}
    units = {kind: count for kind, count in units.items() if count}
    whole, found, done = sum(units.values()), dict[Kind, int](), 0
    for kind, count in units.items():
        if whole:
            found[kind] = range_share(released, whole, done, done + count)
        else:
            found[kind] = round_half_away(unit * (done + count)) - round_half_away(unit * done)
        done += count
    return found


def write_down(
    company: str,
    months: str,
    typed: Mapping[str, tuple[int, str]],
    *,
    actor: str,
    at: Instant | None = None,
) -> str:
    """Approve the write-down at the end of ``months``; returns the document's number.

    ``typed``: SKU → net realisable value of all its units (minor units) and the reason, where a person says it; all other
    items take what own sales tell, and those of which nothing is known stay at cost. Raises ``ProblemError`` for a month that
    is closed, a SKU that is not on hand, or a value without a reason.
    """
    figures = month_figures(company, months)
    if figures.closing_reported is not None:
        raise ProblemError(
            Problem(
                "month_closed", "the month is closed", "ask to open it again, or write down in the open month",
                field="month", found=months,
            )
        )  # fmt: skip
    rows = {row.sku: row for row in assessed(figures)}
    for sku, (value, reason) in typed.items():
        if sku not in rows:
            raise ProblemError(
                Problem("not_on_hand", "nothing of this SKU was on hand then", "leave it out", field="sku", found=sku)
            )
        if value < 0 or not reason.strip():
            raise ProblemError(
                Problem(
                    "no_value", "a value of 0 or more and a reason are needed", "say where the value comes from",
                    field="net_realisable", found=sku,
                )
            )  # fmt: skip
    lines = []
    for row in rows.values():
        value, reason = typed.get(row.sku, (row.net_realisable, f"own sales of {DAYS} days: {row.sold} units"))
        if value is not None and required(row.cost, value):
            lines.append(
                WriteDownLine(sku=row.sku, units=row.units, cost=row.cost, net_realisable=value, reason=reason)
            )
    number = f"NRV-{company}-{figures.last:%Y-%m}"
    document = WriteDown(
        id=number, source="entrepot", account=company, company=company, effective_at=to_datetime(figures.ends - 1),
        as_of=figures.last, currency=figures.company.currency, by=actor, lines=lines,
    )  # fmt: skip
    moment = at or now()
    report = intake.post([document], name=f"write-down of {company} {months}", actor=actor, recorded_at=moment)
    if report.quarantined:
        raise ProblemError(*report.problems)
    audit_trail.record(
        actor, "", "write.down", f"company:{company}", after={"document": number, "items": len(lines)}, at=moment
    )
    return number


def read_values(texts: Sequence[str], currency: str) -> dict[str, tuple[int, str]]:
    """``SKU=amount:reason`` → SKU → amount in minor units and the reason; raises ``ProblemError`` for anything else.

    >>> read_values(["MUG-01=210.00:clearance price"], "USD")
    {'MUG-01': (21000, 'clearance price')}
    """
    found: dict[str, tuple[int, str]] = {}
    for text in texts:
        sku, _, rest = text.partition("=")
        amount, _, reason = rest.partition(":")
        try:
            found[sku.strip()] = (minor(amount.strip(), currency), reason.strip())
        except ValueError:
            raise ProblemError(
                Problem("no_amount", "this is no amount", "write SKU=1234.50:reason", field="value", found=text[:80])
            ) from None
    return found


def kept(rows: list[Assessed]) -> list[dict[str, object]]:
    """What is stored of a month's assessment: items that are short, or of which nobody knows the value."""
    return [asdict(row) for row in rows if row.short is None or row.short]
