"""Money over the coming weeks: what open orders still cost, and how suppliers want to be paid."""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from entrepot.books import models
from entrepot.books.deposits import paid_on_orders
from entrepot.core.calendar import local_date
from entrepot.core.money import round_half_away
from entrepot.workflows.documents_out import SOURCE
from entrepot.workflows.plan_model import HORIZON, Inputs

if TYPE_CHECKING:
    from entrepot.workflows.plan_orders import Choice

DEPOSIT = 0.30
"""Share of an order that is paid when it is placed, where no order of the supplier says."""
LATE_WEEKS = 9
"""Weeks after which an order without a due day is taken to be paid."""


def deposit_share(inputs: Inputs, supplier: str) -> float:
    """Share of the goods that the supplier's last order, written elsewhere, paid as deposit."""
    return deposits(inputs).get(supplier, DEPOSIT)


def deposits(inputs: Inputs) -> dict[str, float]:
    """Supplier → deposit share of his last order; read once."""
    if inputs.deposits is None:
        # An order that this program wrote says no share of its own: what was agreed before stays.
        rows = (
            models.PurchaseLine.objects.filter(document__reversed__isnull=True)
            .exclude(document__source=SOURCE)
            .order_by("effective_at", "pk")
        )
        last: dict[str, int] = dict(rows.values_list("supplier", "document_id"))
        bodies = dict(models.Document.objects.filter(pk__in=set(last.values())).values_list("pk", "body"))
        inputs.deposits = {
            supplier: json.loads(bytes(bodies[document])).get("deposit_bp", 0) / 10_000
            for supplier, document in last.items()
        }
    return inputs.deposits


def payments(inputs: Inputs, choice: Choice, mode: int) -> list[tuple[int, float]]:
    """(week from now, minor units) of one unit by one way: deposit, balance when made, freight and duty on arrival."""
    line = inputs.lines[choice.row]
    late = 0 if choice.batch.late is None else int(choice.batch.late[0, mode])
    arrives = min(choice.batch.lanes[mode].nominal + late, HORIZON)
    border = float(choice.batch.freight[choice.at, mode]) + (line.duty or 0.0)
    if choice.kind != "buy":
        return [(arrives, border - (line.duty or 0.0 if choice.kind == "move" else 0.0))]
    goods = price_of(inputs, choice)
    share = deposit_share(inputs, line.source.supplier if line.source else "")
    made = max(0, round(sum(line.made_in) / max(len(line.made_in), 1) / 7)) + late
    return [(0, goods * share), (made, goods * (1 - share)), (arrives, border)]


def price_of(inputs: Inputs, choice: Choice) -> float:
    """What a unit costs at the supplier at the size of the whole order, minor units of the company; the books' where unknown."""
    line = inputs.lines[choice.row]
    factor = inputs.money.factor(line.source.currency) if line.source else None
    if line.source is None or factor is None:
        return line.goods or 0.0
    _, amount, per = line.source.price_at(max(int(choice.wanted.sum()), line.moq))
    return amount / per * factor


def owed_by_week(inputs: Inputs) -> list[float]:
    """Unpaid parts of the company's open orders by the week in which they fall due; what is overdue is due now."""
    if inputs.owed is None:
        inputs.owed = _owed(inputs)
    return inputs.owed


def _owed(inputs: Inputs) -> list[float]:
    company = inputs.company
    latest: dict[tuple[str, str, str], int] = {}
    ordered: dict[tuple[str, str, str], dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    lines = models.PurchaseLine.objects.filter(company=company, document__reversed__isnull=True)
    names = ("document__source", "document__account", "document__external_id", "document__version")
    for *key, version, amount, per, quantity, currency, due, at in lines.values_list(
        *names, "price_amount", "price_per", "quantity", "currency", "due", "effective_at"
    ):
        identity = (str(key[0]), str(key[1]), str(key[2]))
        latest[identity] = max(latest.get(identity, 0), version)
        ordered[identity][version].append((round_half_away(Fraction(amount * quantity, per)), currency, due, at))
    whole = {key[2]: rows[latest[key]] for key, rows in ordered.items()}
    paid = paid_on_orders(
        company, models.PaymentLine.objects.all(), {number: rows[0][1] for number, rows in whole.items()},
        lambda number: sum(row[0] for row in whole[number]),
    )  # fmt: skip
    out = [0.0] * (HORIZON + 1)
    for identity, versions in ordered.items():
        rows = versions[latest[identity]]
        currency = rows[0][1]
        left = sum(row[0] for row in rows) - paid.get(identity[2], 0)
        factor = inputs.money.factor(currency)
        if left <= 0 or factor is None:
            continue
        days = [row[2] for row in rows if row[2] is not None]
        due = max(days) if days else local_date(rows[0][3], company.zone)
        weeks = (due - inputs.on).days // 7 + (0 if days else LATE_WEEKS)
        if weeks >= -26:  # what is half a year overdue was paid without saying what for
            out[min(max(weeks, 0), HORIZON)] += left * factor
    return out
