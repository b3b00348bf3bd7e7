"""The books in a few lines: what waits, what stock is worth, what was earned, what came late, what is to be decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from entrepot.books import models
from entrepot.books.closings import months_of
from entrepot.books.models.figures import FULL_COLUMNS


@dataclass(frozen=True)
class Waiting:
    """What waits in quarantine for one reason; amounts in minor units by currency."""

    code: str
    lines: int
    amounts: dict[str, int]
    remedy: str


@dataclass(frozen=True)
class CompanyFigures:
    """A company's stock and sales in minor units of its currency."""

    code: str
    currency: str
    units: int
    stock_value: int
    without_cost: int
    sales: int
    net: int
    refunded: int
    costs: int

    @property
    def profit(self) -> int:
        """Net sales less refunds and all costs known."""
        return self.net - self.refunded - self.costs


@dataclass(frozen=True)
class LateEffect:
    """What became known of a closed period after its closing: change of stock and of cost of what had left."""

    company: str
    currency: str
    period: str
    items: int
    stock: int
    issues: int


@dataclass(frozen=True)
class Decided:
    """Open proposals of one kind: how many, their money effect and the cash they tie up, by currency."""

    kind: str
    currency: str
    proposals: int
    effect: int
    cash: int


def waiting() -> list[Waiting]:
    """Quarantine by reason, most lines first."""
    held = models.Quarantine.objects.filter(state=models.Quarantine.OPEN)
    lines: Counter[str] = Counter()
    amounts: dict[str, dict[str, int]] = {}
    sums = held.order_by().values_list("code", "currency").annotate(n=Sum("lines"), a=Sum("amount"))
    for code, currency, n, amount in sums:
        lines[code] += n
        money = amounts.setdefault(code, {})
        if currency and amount is not None:
            money[currency] = amount
    found = []
    for code, n in lines.most_common():
        problem: Any = held.filter(code=code).values_list("problem", flat=True).first() or {}
        found.append(Waiting(code, n, amounts[code], str(problem.get("remedy", ""))))
    return found


def companies() -> list[CompanyFigures]:
    """Stock and all sales of every company."""
    families = [Sum(name) for name in FULL_COLUMNS]
    found = []
    for company in models.Company.objects.order_by("code"):
        stock = models.StockFigure.objects.filter(company=company).aggregate(
            u=Sum("units"), v=Sum("book_cost"), m=Sum("missing")
        )
        sold = models.MarginFigure.objects.filter(company=company, reason="sale").aggregate(
            *families, q=Sum("quantity"), n=Sum("net"), r=Sum("refunded")
        )
        costs = sum(sold[f"{name}__sum"] or 0 for name in FULL_COLUMNS)
        found.append(
            CompanyFigures(
                company.code, company.currency, stock["u"] or 0, stock["v"] or 0, stock["m"] or 0, sold["q"] or 0,
                sold["n"] or 0, sold["r"] or 0, costs,
            )
        )  # fmt: skip
    return found


def late_effects() -> list[LateEffect]:
    """For every period that is closed: what is known now less what was reported."""
    from entrepot.workflows.value_at import adjustment

    last: dict[tuple[int, int, int], Any] = {}
    for period in models.Period.objects.select_related("company").order_by("version"):
        last[period.company_id, period.starts, period.ends] = period
    found = []
    for period in sorted((p for p in last.values() if p.closed), key=lambda p: (p.ends, p.company.code)):
        changed = adjustment(period.ends, period.recorded_at)
        mine = changed.filter(changed["company"] == period.company_id)
        company = period.company
        found.append(
            LateEffect(
                company.code, company.currency, months_of(period, company.zone), mine["item"].n_unique(),
                int(mine["stock"].sum()), int(mine["issues"].sum()),
            )
        )  # fmt: skip
    return found


def decided() -> list[Decided]:
    """Open proposals by kind and currency, largest effect first."""
    rows = models.Decision.objects.filter(state=models.Decision.OPEN).order_by()
    sums = rows.values_list("kind", "currency").annotate(n=Count("pk"), e=Sum("effect"), c=Sum("cash"))
    found = [Decided(kind, currency, n, effect or 0, cash or 0) for kind, currency, n, effect, cash in sums]
    return sorted(found, key=lambda row: -row.effect)
