"""Goods, bills, credits and money of an order, entered by hand: each is one document, posted whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum

from entrepot.books import audit_trail, bulk, models
from entrepot.books.access import Viewer
from entrepot.books.deposits import paid_on_orders
from entrepot.books.versions import current
from entrepot.core.calendar import Instant, local_date, midnight, to_datetime
from entrepot.core.documents import CostBill, Payment, Receipt, SupplierCredit, SupplierReturn
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import over_receipt, payables
from entrepot.workflows.bill_targets import goods_targets, order_line, retell_whole_bills
from entrepot.workflows.clock import now
from entrepot.workflows.documents_out import SOURCE, unused_number
from entrepot.workflows.may_post import need_place
from entrepot.workflows.order_steps import typed
from entrepot.workflows.purchasing import post, problem


def receive(
    viewer: Viewer, number: str, location: str, lines: Sequence[Mapping[str, Any]], *, name: str = "", on: date | None = None,
    at: Instant | None = None, origin: str = "",
) -> str:  # fmt: skip
    """Goods of an order arrive: per line ``order_line``, ``quantity`` and maybe condition, label, batch. Partial, short or over
    within what is tolerated (:mod:`entrepot.workflows.over_receipt`). Returns the receipt's number.

    Raises :class:`ProblemError` (``over_receipt``) for more; nothing is taken up then.
    """
    if not viewer.can("post_stock"):
        viewer.need("buy")
    with transaction.atomic():
        bulk.writer_lock()
        ordered = _ordered(viewer, number)
        named = [{**line, "sku": _line(ordered, line).item.sku} for line in lines if line.get("quantity")]
        if not named:
            raise problem(
                "nothing_received", "no quantity is given", "say how many units came", number, field="quantity"
            )
        over_receipt.within(viewer, ordered, named)
        body = {"location": location, "order": {"type": "purchase_order", "id": number}, "lines": named}
        moment = now() if at is None else at
        done = _post(viewer, Receipt, "GR", name, number, body, on, moment, origin)
        retell_whole_bills(viewer, ordered, done, moment)
        return done


def bill(
    viewer: Viewer, number: str, currency: str, lines: Sequence[Mapping[str, Any]], *, name: str, due: date | None = None,
    on: date | None = None, at: Instant | None = None, origin: str = "",
) -> str:  # fmt: skip
    """The supplier's bill of an order: per line ``order_line`` and ``amount`` (minor units), aimed at what was received of it
    and not billed yet (:mod:`entrepot.workflows.bill_targets`).

    A line of which nothing was received cannot be billed yet. ``name`` is the bill's own number.
    """
    viewer.need("buy")
    with transaction.atomic():
        bulk.writer_lock()
        ordered = _ordered(viewer, number)
        goods = goods_targets(ordered, lines, currency)
        costs: list[dict[str, Any]] = []
        for line in lines:
            if line.get("amount"):
                row, component = _line(ordered, line), line.get("component", "goods")
                targets = goods[row.line] if component == "goods" else order_line(row)
                costs.append(
                    {"component": component, "amount": line["amount"], "basis": "quantity", "targets": targets}
                )
        if not costs:
            raise problem("nothing_billed", "no amount is given", "say what the bill asks for", number, field="amount")
        body = {"supplier": ordered[0].supplier, "currency": currency, "due": due, "lines": costs}
        return _post(viewer, CostBill, "BL", name, number, body, on, at, origin)


def credit(
    viewer: Viewer, number: str, currency: str, lines: Sequence[Mapping[str, Any]], *, name: str = "", returned: str = "",
    on: date | None = None, at: Instant | None = None, origin: str = "",
) -> str:  # fmt: skip
    """The supplier's credit note: a price cut per ``order_line`` (positive ``amount``), or the money for goods given back when
    ``returned`` names the supplier return."""
    viewer.need("buy")
    with transaction.atomic():
        bulk.writer_lock()
        ordered = _ordered(viewer, number)
        costs = [
            {"component": "goods", "amount": line["amount"], "basis": "quantity",
             "targets": _credited(returned, _line(ordered, line))}
            for line in lines if line.get("amount")
        ]  # fmt: skip
        if not costs:
            raise problem("nothing_credited", "no amount is given", "say what is credited", number, field="amount")
        body = {"supplier": ordered[0].supplier, "currency": currency, "lines": costs}
        return _post(viewer, SupplierCredit, "CR", name, number, body, on, at, origin)


def give_back(
    viewer: Viewer, number: str, cell: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, name: str = "",
    on: date | None = None, at: Instant | None = None, origin: str = "",
) -> str:  # fmt: skip
    """Units of an order go back to the supplier from ``cell``; a credit that names this return brings the money."""
    if not viewer.can("post_stock"):
        viewer.need("buy")
    with transaction.atomic():
        bulk.writer_lock()
        ordered = _ordered(viewer, number)
        named = [
            {"sku": _line(ordered, line).item.sku, "quantity": line["quantity"], "lot": _lot(_line(ordered, line))}
            for line in lines if line.get("quantity")
        ]  # fmt: skip
        if not named:
            raise problem(
                "nothing_returned", "no quantity is given", "say how many units go back", number, field="quantity"
            )
        body = {"cell": dict(cell), "supplier": ordered[0].supplier, "lines": named}
        done = _post(viewer, SupplierReturn, "SR", name, number, body, on, at, origin)
        waits = models.Waiting.objects.filter(
            movement__document__external_id=done, movement__document__type="supplier_return"
        )
        if waits.exists():
            raise problem("units_absent", "so many units are not there", "correct the quantity or the place", done)
        return done


def pay(
    viewer: Viewer, supplier: str, currency: str, shares: Sequence[Mapping[str, Any]], *, name: str = "",
    base_amount: int | None = None, on: date | None = None, note: str = "", at: Instant | None = None, origin: str = "",
) -> str:  # fmt: skip
    """Money paid to a supplier, over any number of bills (``cost_bill``), credits (negative) and orders (a deposit); nothing is
    paid where credits are set off against as much of bills.

    ``shares``: type, id and amount (minor units of ``currency``). ``base_amount`` is what left the bank in the company's
    currency; without, the day's rate says it. A payment that is more than what is open on a bill or order is refused.
    """
    viewer.need("pay")
    parts = [share for share in shares if share.get("amount")]
    total = sum(int(share["amount"]) for share in parts)
    if not parts:
        raise problem(
            "empty_payment", "the payment is of nothing", "give the amount that was paid", supplier, field="amount"
        )
    body = {
        "supplier": supplier, "currency": currency, "amount": total, "base_amount": base_amount, "note": note[:500],
        "shares": [{"document": {"type": s["type"], "id": s["id"]}, "amount": s["amount"]} for s in parts],
    }  # fmt: skip
    with transaction.atomic():
        bulk.writer_lock()
        _not_over(viewer, supplier, currency, parts, now() if at is None else at)
        return _post(viewer, Payment, "PY", name, supplier, body, on, at, origin)


LEEWAY = Fraction(105, 100)
"""How far a bank's rate may lie from the books': in another currency only what is beyond it is a slip of the hand."""


def _not_over(viewer: Viewer, supplier: str, currency: str, shares: Sequence[Mapping[str, Any]], at: Instant) -> None:
    """Refuse a payment of more than is open: on a bill what deposits have settled counts as paid, though no payment names it."""
    company = models.Company.objects.get(pk=viewer.company.id)
    asked: dict[tuple[str, str], int] = defaultdict(int)
    for share in shares:
        asked[str(share["type"]), str(share["id"])] += int(share["amount"])
    rated = payables.Rates(company, at)
    rows: list[payables.Payable] = []
    if any(kind != "purchase_order" for kind, _ in asked):
        rows = payables.bills(company, local_date(at, company.zone))
    for (kind, number), amount in asked.items():
        if kind == "purchase_order":
            _deposit_not_over(viewer, number, currency, amount, rated)
            continue
        same = [
            r
            for r in rows
            if r.number == number and r.kind == (payables.BILL if kind == "cost_bill" else payables.CREDIT)
        ]
        row = next((r for r in same if r.supplier == supplier), same[0] if len(same) == 1 else None)
        if row is None:
            continue
        sign = 1 if row.amount > 0 else -1
        if _more(sign * amount, currency, max(sign * row.open, 0), row.currency, rated):
            over = ("over_bill", "the payment is more than what is open on the bill",
                    "pay what is open, or enter the rest as a payment on account")  # fmt: skip
            if sign < 0:
                over = ("over_credit", "more is taken of the credit than is left", "take what is left of it")
            raise _over(*over, number, max(sign * row.open, 0), row.currency)


def _deposit_not_over(viewer: Viewer, number: str, currency: str, amount: int, rated: payables.Rates) -> None:
    """A deposit of more than the order, or a refund of more than was paid on it, is a slip of the hand."""
    ordered = _ordered(viewer, number)
    own = ordered[0].currency
    total = sum(-(-x.price_amount * x.quantity // x.price_per) for x in ordered)
    rows = viewer.of_company(models.PaymentLine.objects.filter(order_type="purchase_order", order=number))
    if amount < 0:
        paid = current(rows.filter(currency=currency)).aggregate(n=Sum("amount"))["n"] or 0
        if -amount > max(paid, 0):
            raise _over("over_refund", "more comes back than was paid on the order", "enter what came back of the deposit",
                        number, max(paid, 0), currency)  # fmt: skip
        return
    paid = paid_on_orders(ordered[0].company, rows, {number: own}, lambda _: total).get(number, 0)
    if _more(amount, currency, max(total - paid, 0), own, rated):
        raise _over("over_order", "the payment is more than what is open on the order",
                    "pay what is open, or enter the bill first", number, max(total - paid, 0), own)  # fmt: skip


def _more(amount: int, currency: str, most: int, own: str, rated: payables.Rates) -> bool:
    """Whether ``amount`` is more than ``most``; of another currency at the books' rate, with leeway, and not without a rate."""
    if currency == own:
        return amount > most
    told, limit = rated.base(amount, currency), rated.base(most, own)
    return told is not None and limit is not None and told > limit * LEEWAY


def _over(code: str, message: str, remedy: str, number: str, open_: int, currency: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, field="shares", found=number, amount=open_, currency=currency))


def _credited(returned: str, line: models.PurchaseLine) -> list[dict[str, Any]]:
    if returned:
        return [{"kind": "issue", "document": {"type": "supplier_return", "id": returned}}]
    return order_line(line)


def _ordered(viewer: Viewer, number: str) -> list[models.PurchaseLine]:
    """The lines of an order as they stand now; :class:`ProblemError` for an unknown one."""
    rows = current(viewer.of_company(models.PurchaseLine.objects.filter(document__external_id=number)))
    found = list(rows.select_related("item", "document").order_by("line"))
    if not found:
        raise problem("unknown_order", "there is no such order", "look at the list of orders", number, field="order")
    return found


def _line(ordered: Sequence[models.PurchaseLine], line: Mapping[str, Any]) -> models.PurchaseLine:
    row = next((x for x in ordered if x.line == line.get("order_line")), None)
    if row is None:
        raise problem(
            "wrong_order_line", "the order has no such line", "fix the order line", str(line.get("order_line"))
        )
    return row


def _lot(line: models.PurchaseLine) -> dict[str, Any]:
    """The last receipt (or supplier's shipment) of an order line: the units that go back are of it."""
    rows = models.Movement.objects.filter(purchase_line=line, replacement__isnull=True).select_related("document")
    born = rows.order_by("-effective_at", "-pk").first()
    if born is None:
        raise problem("nothing_received", "nothing of this line was received", "receive it first", line.item.sku)
    return {"type": born.document.type, "id": born.document.external_id, "account": born.document.account,
            "source": born.document.source, "line": born.line}  # fmt: skip


def _post(
    viewer: Viewer, kind: Any, prefix: str, name: str, subject: str, body: Mapping[str, Any], on: date | None,
    at: Instant | None, origin: str,
) -> str:  # fmt: skip
    moment, code = now() if at is None else at, viewer.company.code
    kind_name: str = kind.model_fields["type"].default
    given = name.strip() or unused_number(kind_name, code, f"{prefix}-{_stamp(viewer, moment)}")
    account = str(body.get("supplier") or code) if kind_name in ("cost_bill", "supplier_credit") else code
    if models.Document.objects.filter(
        type=kind_name, external_id=given, source=SOURCE, account=account, reversed=None
    ).exists():
        raise problem("number_taken", "another document has this number", "choose another number", given, field="name")
    document = typed(kind, {
        **body, "id": given, "source": SOURCE, "account": account, "company": code, "effective_at": _when(viewer, on, moment),
    })  # fmt: skip
    if kind_name in ("receipt", "supplier_return"):
        need_place(viewer, document)
    post(viewer, [document], f"{kind_name} {given}", moment)
    audit_trail.record(viewer.name, origin, f"order.{kind_name}"[:60], subject, after={"document": given}, at=moment)
    return given


def _stamp(viewer: Viewer, at: Instant) -> str:
    """Day and a running number of what was entered on it."""
    day = to_datetime(at, viewer.company.zone).date()
    since = midnight(day, viewer.company.zone)
    count = viewer.of_company(models.Document.objects.filter(source=SOURCE, recorded_at__gte=since)).count()
    return f"{day:%y%m%d}-{count + 1}"


def _when(viewer: Viewer, on: date | None, at: Instant) -> datetime:
    """Now when it is today, else noon of the day, in the company's zone."""
    today = to_datetime(at, viewer.company.zone).date()
    if on is None or on == today:
        return to_datetime(at)
    if on > today:
        raise problem(
            "future_day", "this day has not come yet", "give the day on which it happened", on.isoformat(), field="on"
        )
    return datetime.combine(on, time(12), ZoneInfo(viewer.company.zone))
