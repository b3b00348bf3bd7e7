"""Books of 5,000 SKUs and 700,000 sales: rebuild, a late bill, a past date, the check.

``python -m benchmarks.rebuild [--database …] [--skus N] [--sales N]`` prints {sales, rebuild_s, late_bill_s,
past_date_s, check_s, rss_mb, database}. rebuild: database → value → database for every SKU; late_bill: from posting a
bill on a 40-line receipt until every touched SKU's new profit is read; past_date: value of all stock half way.
Peers (other machines, from their issue trackers): Odoo's valuation report 32 s at 228,000 moves, a past date 173 s.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from benchmarks.database import arguments, books
from benchmarks.report import PeakMemory, report


def main() -> None:
    chosen = arguments(__doc__ or "", skus={"type": int, "default": 5_000}, sales={"type": int, "default": 700_000})
    with PeakMemory() as memory, books(chosen.database):
        sales = fill(chosen.skus, chosen.sales)
        warm_up()
        rebuild_s = timed(rebuild)
        late_bill_s = late_bill()
        past_date_s = past_date()
        check_s = check()
        report(
            sales=sales, rebuild_s=rebuild_s, late_bill_s=late_bill_s, past_date_s=past_date_s, check_s=check_s,
            rss_mb=memory.rss_mb, database=chosen.database,
        )  # fmt: skip


def fill(skus: int, sales: int, rush: tuple[date, date, float] | None = None) -> int:
    """Post the big sample seller, with a ``rush`` (days, and by how much more is sold); how many sales lines there are."""
    from entrepot.books import intake, models
    from entrepot.sample.books import BigSeller
    from entrepot.workflows.clock import now

    done = intake.post(BigSeller(skus=skus, sales=sales, rush=rush).documents(), name="big seller", recorded_at=now())
    if done.quarantined:
        raise SystemExit(f"{done.quarantined} documents wait: {done.problems[:3]}")
    return models.SalesLine.objects.count()


def timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return round(time.perf_counter() - start, 2)


def warm_up() -> None:
    """Compile what is compiled on first use, on one item."""
    from entrepot.workflows.revalue import revalue
    from entrepot.workflows.value_at import value_at

    revalue([1])
    value_at(items=[1])


def rebuild() -> None:
    from entrepot.workflows.revalue import revalue

    revalue(everything=True)


def late_bill() -> float:
    """A duty bill on the receipt with the most lines, posted, valued, and the new profit of each SKU read."""
    from django.db.models import Count, Sum

    from entrepot.books import intake, models
    from entrepot.core.documents import CostBill, CostLine, Ref, Target
    from entrepot.workflows.clock import now
    from entrepot.workflows.revalue import revalue

    receipt = models.Document.objects.filter(type="receipt").annotate(n=Count("movement")).order_by("-n", "pk").first()
    if receipt is None:
        raise SystemExit("no receipt to aim at")
    target = Target(kind="births", document=Ref(type="receipt", id=receipt.external_id))
    company = models.Company.objects.get(pk=receipt.company_id)
    bill = CostBill(
        id="LATE", company=company.code, currency=company.currency, effective_at=datetime.now(UTC),
        lines=[CostLine(component="duty", amount=123_457, targets=[target], basis="quantity")],
    )  # fmt: skip
    before = models.MarginFigure.objects.aggregate(cost=Sum("duty_tax"))["cost"]
    start = time.perf_counter()
    posted = intake.post([bill], name="late bill", recorded_at=now())
    revalue(posted.items)
    profit = dict(
        models.MarginFigure.objects.filter(item_id__in=posted.items)
        .values_list("item_id")
        .annotate(profit=Sum("net") - Sum("book_cost"))
    )
    seconds = round(time.perf_counter() - start, 3)
    after = models.MarginFigure.objects.aggregate(cost=Sum("duty_tax"))["cost"]
    if not profit or after == before:
        raise SystemExit("the late bill changed nothing")
    return seconds


def past_date() -> float:
    """The snapshot is kept by the daily run; its first writing is not part of the question."""
    from entrepot.books import models
    from entrepot.workflows import snapshot
    from entrepot.workflows.value_at import value_at

    snapshot.refresh()
    ends = models.Movement.objects.order_by("effective_at")
    first, last = ends.first(), ends.last()
    if first is None or last is None:
        raise SystemExit("no movements")
    start = time.perf_counter()
    stock = value_at((first.effective_at + last.effective_at) // 2).stock
    seconds = round(time.perf_counter() - start, 2)
    if stock.is_empty():
        raise SystemExit("nothing in stock at the past date")
    return seconds


def check() -> float:
    from django.db import connection

    from entrepot.audit import check as audit

    start = time.perf_counter()
    result = audit(connection)
    seconds = round(time.perf_counter() - start, 2)
    if result.residue:
        raise SystemExit(f"residue {result.residue}")
    return seconds


if __name__ == "__main__":
    main()
