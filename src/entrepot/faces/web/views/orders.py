"""Purchasing: the list of orders, one order with its papers and its next step, and the acts that bring it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors import naming
from entrepot.books.selectors.paging import cut
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import minor
from entrepot.faces.web import order_columns as columns
from entrepot.faces.web import order_words as words
from entrepot.faces.web import paper_queries
from entrepot.faces.web.formats import MINUS, plain
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows import order_pages, order_steps, order_trade, purchasing
from entrepot.workflows.order_pages import OrderPage
from entrepot.workflows.order_state import to_come_back
from entrepot.workflows.payables import BILL
from entrepot.workflows.plan_papers import purchase_orders


def _table(visit: Visit, *, everything: bool) -> tuple[Table, list[Any]]:
    names = naming.suppliers()
    declared = columns.orders(lambda code: names.get(code, code))
    view = wish(visit.request, declared, "next_due")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    every = order_pages.orders(visit.viewer)
    query = visit.request.GET
    state, text = query.get("state", ""), query.get("q", "").strip().casefold()
    rows = [row for row in every if row.open or state or text or query.get("all")]
    if state:
        rows = [row for row in rows if row.state == state]
    if text:
        rows = [r for r in rows if text in r.number.casefold() or text in names.get(r.supplier, r.supplier).casefold()]
    keys = {column.key: column.value for column in declared if column.read is not None}
    found = cut(rows, part, keys=keys, sums=("units", "received"))
    export = reverse("orders").rstrip("/")
    return build("orders", declared, found, view, visit.viewer, visit.state.currency, export=export), every


@require_GET
@page
def orders(visit: Visit) -> HttpResponseBase:
    """Open orders by what has to be done next; others by filter."""
    table, every = _table(visit, everything=False)
    told = {state: sum(row.state == state for row in every) for state in order_pages.STATES}
    return visit.page(
        "web/orders.html", "orders", table=table, every=len(every), query=visit.request.GET,
        states=[(state, words.said(words.STATES, state), count) for state, count in told.items() if count],
        late=sum(row.open and row.late_days > 0 for row in every), waiting=told["proposed"],
        may_buy=visit.viewer.can("buy") and visit.viewer.can("post"),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The list as a file."""
    return send(_table(visit, everything=True)[0], suffix, visit.state.zone)


@require_GET
@page
def order(visit: Visit, number: str) -> HttpResponseBase:
    """One order; ``act`` chooses the form, the next step's by itself."""
    return _shown(visit, number, visit.request.GET.get("act", ""))


def _shown(
    visit: Visit, number: str, act: str, problems: tuple[Problem, ...] = (), typed: Mapping[str, str] | None = None
) -> HttpResponse:  # fmt: skip
    found = order_pages.order_page(visit.viewer, number)
    acts = _acts(visit, found)
    wanted = act if act in acts else words.ACT_OF.get(found.standing.next, "")
    chosen = wanted if wanted in acts else (acts[0] if acts else "")
    names = naming.suppliers()
    rows = [
        (line, naming.named(line.name, line.name_zh), _values(line, found, chosen, typed or {})) for line in found.lines
    ]
    events = [(event, words.said(words.EVENTS, event.state if event.step else event.kind)) for event in found.events]
    return visit.page(
        "web/order.html", "orders", status=422 if problems else 200, found=found, problems=problems,
        supplier=names.get(found.facts.supplier, found.facts.supplier), chosen=chosen, rows=rows, events=events,
        acts=[(name, words.said(words.ACTS, name)) for name in acts], state=visit.state, typed=typed or {},
        named=words.said(words.STATES, found.standing.state), next=words.said(words.NEXT, found.standing.next),
        dues=[(due, words.said(words.TRIGGERS, due.trigger)) for due in found.standing.dues], stages=words.STAGES,
        results=words.RESULTS, ends=words.ENDS, causes=_causes(found),
        places=order_pages.places(visit.viewer) if chosen in ("receive", "return") else {}, money=found.facts.currency,
        prices=visit.viewer.can("see_supplier_price"), pays=_pays(found, typed or {}) if chosen == "pay" else [],
        may_approve=visit.viewer.can("approve_purchase") and not found.own, may_undo=visit.viewer.can("buy"),
        files=paper_queries.of_order(visit.viewer, number), may_attach=visit.viewer.can("post"),
    )  # fmt: skip


def _acts(visit: Visit, found: OrderPage) -> list[str]:
    """Forms that this viewer may fill in for an order in this state."""
    can, state = visit.viewer.can, found.standing.state
    if not found.facts.ordered:
        return []
    priced = can("see_supplier_price")
    if state == "cancelled":
        return (["pay"] if can("pay") else []) + (["end"] if can("buy") else [])
    names = ["heard", "confirm", "inspect"] if can("buy") else []
    names += ["receive"] if can("buy") or can("post_stock") else []
    names += ["bill"] if can("buy") and priced else []
    names += ["pay"] if can("pay") else []
    names += ["credit"] if can("buy") and priced else []
    names += ["return"] if can("buy") or can("post_stock") else []
    names += ["match"] if can("approve_purchase") and any(x.match.cause for x in found.lines) else []
    return names + (["end"] if can("buy") else [])


def _values(line: order_pages.PageLine, found: OrderPage, act: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What stands in the fields of a line: as typed, else what is most likely."""
    n, currency = line.line.line, found.facts.currency
    agreed = max(line.match.agreed - line.match.billed + line.match.credited, 0)
    wanted = line.line.quantity if line.line.confirmed is None else line.line.confirmed
    likely = {
        "quantity": str({"confirm": wanted, "receive": line.left}.get(act, 0) or ""),
        "amount": _written(agreed, currency) if act == "bill" and agreed else "",
        "due": (line.line.promised or line.line.due or found.standing.expected or "") if act == "confirm" else "",
        "lot": str(line.left or "") if act == "inspect" else "", "accepted": str(line.left or "") if act == "inspect" else "",
        "rework": "", "sample": "", "critical": "", "major": "", "minor": "",
    }  # fmt: skip
    return {name: typed.get(f"{name}-{n}", str(value)) for name, value in likely.items()}


def _pays(found: OrderPage, typed: Mapping[str, str]) -> list[tuple[str, str, int, str]]:
    """(name of the field, paper, open, typed) of all that can be paid here."""
    currency, rows = found.facts.currency, list[tuple[str, str, int, str]]()
    if found.standing.state == "cancelled" or found.standing.next == "refund":
        rows.append(("purchase_order", found.number, -to_come_back(found.facts), ""))
    else:
        due = sum(x.open for x in found.standing.dues if x.open and not x.estimate)
        rows.append(("purchase_order", found.number, due, ""))
        rows += [
            (order_pages.TYPE_OF[bill.kind], bill.number, bill.open, "")
            for bill in found.bills
            if bill.open and bill.currency == currency
        ]
    return [
        (f"{kind}:{number}", number, amount, typed.get(f"pay-{kind}:{number}", _written(amount, currency) if amount else ""))
        for kind, number, amount, _typed in rows
    ]  # fmt: skip


def _written(amount: int, currency: str) -> str:
    """An amount as it stands in a field."""
    return plain(amount, currency).replace(",", "").replace(MINUS, "-")


def _causes(found: OrderPage) -> list[tuple[order_pages.PageLine, str]]:
    """Lines whose papers differ, with the cause in words."""
    return [(x, words.said(words.CAUSES, x.match.cause)) for x in found.lines if x.match.cause]


@require_POST
@page
def act(visit: Visit, number: str, name: str) -> HttpResponseBase:
    """Do what a form asks; what is wrong is told above the form as it was typed."""
    doing = ACTIONS.get(name)
    if doing is None:
        raise Http404(name)
    typed = {key: value.strip()[:500] for key, value in visit.request.POST.items()}
    found = order_pages.order_page(visit.viewer, number)
    try:
        said = doing(visit, found, typed)
    except ProblemError as error:
        return _shown(visit, number, name, error.problems, typed)
    messages.success(visit.request, said)
    return HttpResponseRedirect(reverse("order", args=[number]))


def _day(typed: Mapping[str, str], name: str) -> date | None:
    text = typed.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ProblemError(
            Problem("bad_value", "this is no day", "write it as 2026-01-31", field=name, found=text)
        ) from None


def _units(typed: Mapping[str, str], name: str, line: int) -> int:
    text = typed.get(f"{name}-{line}", "").replace(",", "")
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ProblemError(
            Problem("bad_value", "this is no whole number", "write whole units", line=line, field=name, found=text)
        )
    return int(text)


def _amount(text: str, currency: str, name: str, line: int | None = None) -> int:
    text = text.replace(",", "").replace("\u2212", "-")
    if not text:
        return 0
    sign = -1 if text.startswith("-") else 1
    try:
        return sign * minor(text.removeprefix("-"), currency)
    except ProblemError:
        raise ProblemError(
            Problem("bad_value", "this is no amount", "write it as 1234.50", line=line, field=name, found=text)
        ) from None


def _origin(visit: Visit) -> str:
    return str(visit.request.META.get("REMOTE_ADDR", ""))


def _approve(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    purchasing.approve(visit.viewer, found.number, origin=_origin(visit))
    return _("Approved. The order is placed.")


def _reject(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    purchasing.reject(visit.viewer, found.number, typed.get("reason", ""), origin=_origin(visit))
    return _("Rejected.")


def _take_back(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    purchasing.take_back(visit.viewer, found.number, origin=_origin(visit))
    return _("The decision was taken back.")


def _heard(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    percent = typed.get("percent", "")
    order_steps.heard(
        visit.viewer, found.number, typed.get("stage", ""), percent=int(percent) if percent.isdecimal() else None,
        expected=_day(typed, "expected"), reason=typed.get("reason", ""), origin=_origin(visit),
    )  # fmt: skip
    return _("Noted.")


def _confirm(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    lines = [
        {"order_line": x.line.line, "quantity": _units(typed, "quantity", x.line.line), "due": _day(typed, f"due-{x.line.line}")}
        for x in found.lines
    ]  # fmt: skip
    order_steps.confirm(visit.viewer, found.number, lines, origin=_origin(visit))
    return _("The supplier's confirmation is noted.")


def _inspect(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    names = ("lot", "sample", "critical", "major", "minor", "accepted", "rework")
    lines = [
        {"order_line": x.line.line, **{name: _units(typed, name, x.line.line) for name in names}} for x in found.lines
    ]
    order_steps.inspect(
        visit.viewer, found.number, typed.get("result", ""), [line for line in lines if line["lot"]],
        inspector=typed.get("inspector", ""), origin=_origin(visit),
    )  # fmt: skip
    return _("The inspection is noted.")


def _receive(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    lines = [{"order_line": x.line.line, "quantity": _units(typed, "quantity", x.line.line)} for x in found.lines]
    done = order_trade.receive(
        visit.viewer, found.number, typed.get("location", ""), lines, name=typed.get("name", ""), on=_day(typed, "on"),
        origin=_origin(visit),
    )  # fmt: skip
    return _("Received: %(number)s.") % {"number": done}


def _money_lines(found: OrderPage, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    currency = found.facts.currency
    return [
        {"order_line": x.line.line, "amount": _amount(typed.get(f"amount-{x.line.line}", ""), currency, "amount", x.line.line)}
        for x in found.lines
    ]  # fmt: skip


def _bill(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    done = order_trade.bill(
        visit.viewer, found.number, found.facts.currency, _money_lines(found, typed), name=typed.get("name", ""),
        due=_day(typed, "due"), on=_day(typed, "on"), origin=_origin(visit),
    )  # fmt: skip
    return _("Billed: %(number)s.") % {"number": done}


def _credit(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    done = order_trade.credit(
        visit.viewer, found.number, found.facts.currency, _money_lines(found, typed), name=typed.get("name", ""),
        returned=typed.get("returned", ""), on=_day(typed, "on"), origin=_origin(visit),
    )  # fmt: skip
    return _("Credited: %(number)s.") % {"number": done}


def _return(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    lines = [{"order_line": x.line.line, "quantity": _units(typed, "quantity", x.line.line)} for x in found.lines]
    done = order_trade.give_back(
        visit.viewer, found.number, {"location": typed.get("location", "")}, lines, on=_day(typed, "on"),
        origin=_origin(visit),
    )  # fmt: skip
    return _("Given back: %(number)s.") % {"number": done}


def _pay(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    currency, shares = found.facts.currency, list[dict[str, Any]]()
    for key, text in typed.items():
        if key.startswith("pay-"):
            kind, _colon, number = key.removeprefix("pay-").partition(":")
            shares.append({"type": kind, "id": number, "amount": _amount(text, currency, number)})
    company = visit.viewer.company.currency
    left_bank = _amount(typed.get("base", ""), company, "base") or None
    done = order_trade.pay(
        visit.viewer, found.facts.supplier, currency, shares, name=typed.get("name", ""), base_amount=left_bank,
        on=_day(typed, "on"), origin=_origin(visit),
    )  # fmt: skip
    return _("Paid: %(number)s.") % {"number": done}


def _match(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    line = next((x for x in found.lines if str(x.line.line) == typed.get("line")), None)
    if line is None or not line.match.cause:
        raise ProblemError(Problem("wrong_order_line", "this line agrees", "look at the order again"))
    bills = [bill.number for bill in found.bills if bill.kind == BILL]
    bill = bills[-1] if bills else found.number
    order_steps.settle(
        visit.viewer, found.number, bill, line.match.cause, typed.get("decision", ""), order_line=line.line.line,
        owner=typed.get("owner", ""), amount=line.match.difference, currency=found.facts.currency, origin=_origin(visit),
    )  # fmt: skip
    return _("Noted.")


def _end(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    order_steps.end(visit.viewer, found.number, typed.get("end", ""), typed.get("reason", ""), origin=_origin(visit))
    return _("Noted.")


def _undo(visit: Visit, found: OrderPage, typed: Mapping[str, str]) -> str:
    key = typed.get("step", "")
    order_steps.undo(visit.viewer, int(key) if key.isdecimal() else 0, origin=_origin(visit))
    return _("The step was taken back.")


ACTIONS: dict[str, Callable[[Visit, OrderPage, Mapping[str, str]], str]] = {
    "approve": _approve, "reject": _reject, "take-back": _take_back, "heard": _heard, "confirm": _confirm,
    "inspect": _inspect, "receive": _receive, "bill": _bill, "credit": _credit, "return": _return, "pay": _pay,
    "match": _match, "end": _end, "undo": _undo,
}  # fmt: skip


@require_GET
@page
def paper(visit: Visit, number: str, suffix: str) -> HttpResponseBase:
    """The order as a sheet to send to the supplier, in the reader's language."""
    found = purchase_orders(visit.viewer, [number], get_language() or "en", suffix)
    response = HttpResponse(found.content, content_type=found.kind)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
