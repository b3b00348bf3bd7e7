"""Plan: what to buy and to load, in a grid that can be typed in; limits with their prices; approve, undo, papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.books.selectors.plan_shapes import PlanList, PlanRow
from entrepot.books.selectors.shapes import Slice
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import major
from entrepot.faces.web import plan_columns, plan_queries, plan_shown, plan_words
from entrepot.faces.web.formats import figure
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.plan_queries import PlanWish
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views.export import send

MODES = ("express", "air", "truck", "rail", "sea")
KINDS = ("acts", "buy", "ship", "move", "keep")
MOST = 1_000


def wanted(said: QueryDict) -> PlanWish:
    """The filter in the address; without one, what there is to do."""
    kind = said.get("kind", "acts")
    return PlanWish(
        said.get("q", "")[:120], kind if kind in KINDS else "" if kind == "all" else "acts", said.get("supplier", "")[:120],
        said.get("to", "")[:120], said.get("by", "")[:10], said.get("note", "")[:20], said.get("state", "")[:12],
        said.get("class", "")[:2],
    )  # fmt: skip


def _ask(visit: Visit, *, everything: bool) -> tuple[PlanList, Table]:
    declared = plan_columns.columns()
    view = wish(visit.request, declared, "-saving" if visit.viewer.can("see_cost") else "out_on")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    run = visit.request.GET.get("run", "")[:20]
    found = plan_queries.plan(visit.viewer, wanted(visit.request.GET), part, run)
    export = reverse("plan").rstrip("/")
    currency = found.head.currency if found.head else visit.state.currency
    return found, build("plan", declared, found.page, view, visit.viewer, currency, export=export)


@require_GET
@page
def plan(visit: Visit) -> HttpResponseBase:
    """The grid and what stands around it; as a piece, only the totals."""
    found, table = _ask(visit, everything=False)
    head = found.head
    newest = head is not None and (not found.runs or found.runs[0].value == head.id)
    context: dict[str, Any] = {"found": found, "head": head, "title": plan_shown.title(head) if head else ""}
    if visit.swaps:
        return visit.part("web/_plan_totals.html", **context)
    missing = plan_queries.gaps(visit.viewer, Slice(limit=12), head.id) if head and head.unplanned else None
    return visit.page(
        "web/plan.html",
        "plan",
        **context,
        table=table,
        wanted=wanted(visit.request.GET),
        kinds=[
            (kind, str(plan_columns.KINDS[kind]), found.kinds.get(kind, 0)) for kind in ("buy", "ship", "move", "keep")
        ],
        acts=sum(n for kind, n in found.kinds.items() if kind != "keep"),
        modes=[(mode, plan_words.way(mode)) for mode in MODES],
        editable=newest and visit.viewer.can("approve"),
        newest=newest,
        may_limit=newest and visit.viewer.can("approve") and visit.viewer.locations is None,
        bars=plan_shown.bars(head.families) if head else [],
        limits=plan_shown.limits(head) if head else [],
        asked=_asked(head.asked, head.currency) if head else {},
        gap=f"{figure(head.gap / 1000, 3)} %" if head and head.gap is not None else "",
        cash=plan_shown.cash_chart(head) if head and head.weeks and head.weeks[0].total is not None else None,
        fills=plan_shown.fills(head) if head else [],
        assumed=plan_shown.assumed(head) if head else [],
        gaps=missing,
        gap_rows=[
            {"row": row, "missing": " · ".join(plan_columns.input_name(m) for m in row.missing)}
            for row in (missing.rows if missing else ())
        ],
        jobs=plan_queries.planning(visit.viewer) if visit.state.jobs_running else [],
    )


def _asked(said: dict[str, Any], currency: str) -> dict[str, Any]:
    """The limits of the plan as they are typed."""
    cash = said.get("cash")
    weeks = said.get("cash_weeks", 8)
    return {
        "cash": "" if cash is None else f"{major(cash, currency)}:{weeks}",
        "container": ", ".join(f"{place}:{n}" if place else str(n) for place, n in said.get("containers", {}).items()),
        "service": "" if said.get("service") is None else f"{said['service'] * 100:g}",
        "closed": ", ".join(":".join(one) for one in said.get("closed", [])),
        "warehouse": ", ".join(f"{place}:{room:g}" for place, room in said.get("warehouses", {}).items()),
        "supplier": ", ".join(
            [f"{code}:{n}" for code, n in said.get("suppliers", {}).items()]
            + [f"{code}:{n}/w" for code, n in said.get("suppliers_week", {}).items()]
        ),
        "funds": "" if said.get("funds") is None else str(major(said["funds"], currency)),
        "income": "/".join(str(major(one, currency)) for one in said.get("income", [])),
    }


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The plan as a file, exactly the columns that are shown."""
    return send(_ask(visit, everything=True)[1], suffix, visit.state.zone)


@require_GET
@page
def gaps(visit: Visit, suffix: str) -> HttpResponseBase:
    """What could not be planned, as a file."""
    declared = plan_columns.gaps()
    rows = plan_queries.gaps(visit.viewer, Slice(limit=EXPORT_ROWS), visit.request.GET.get("run", "")[:20])
    table = build(
        "not-planned", declared, rows, wish(visit.request, declared, "sku"), visit.viewer, visit.state.currency
    )
    return send(table, suffix, visit.state.zone)


@require_POST
@page
def again(visit: Visit) -> HttpResponseBase:
    """Plan anew under the limits that were typed."""
    said = visit.request.POST
    many = {name: tuple(x.strip() for x in said.get(name, "")[:500].split(",") if x.strip()) for name in
            ("container", "closed", "warehouse", "supplier")}  # fmt: skip
    asked = {"cash": said.get("cash", "")[:40], "service": said.get("service", "")[:10], **many}
    asked |= {"funds": said.get("funds", "")[:40], "income": said.get("income", "")[:400]}
    plan_queries.plan_again(visit.viewer, asked)
    messages.info(visit.request, _("Planning. The new plan takes the place of this one in a moment."))
    return HttpResponseRedirect(reverse("plan"))


def _typed(said: QueryDict, row: PlanRow) -> dict[str, Any]:
    """What of a row was typed otherwise than it stands. Raises ``ProblemError``."""
    out: dict[str, Any] = {}
    units = said.get("units", "").replace(",", "").replace("\u202f", "").strip()
    if units and units != str(row.units):
        if not units.isascii() or not units.isdigit() or len(units) > 9:
            raise _problem("units", units, "write units as a whole number")
        out["units"] = int(units)
    mode = said.get("way", "")
    if mode and mode not in (row.mode, "split"):
        out["modes"] = {mode[:10]: out.pop("units", row.units)}
    on = said.get("on", "")
    if on and on != row.on.isoformat():
        try:
            out["on"] = date.fromisoformat(on)
        except ValueError:
            raise _problem("on", on[:20], "write a day") from None
    supplier = said.get("supplier", "")
    if supplier and row.kind in ("buy", "keep") and supplier != row.supplier:
        out["supplier"] = supplier[:120]
    return out


def _problem(field: str, found: str, remedy: str) -> ProblemError:
    return ProblemError(Problem("plan_typed", "this cannot be read", remedy, field=field, found=found))


@require_POST
@page
def change(visit: Visit, key: str) -> HttpResponseBase:
    """Keep what was typed into a row; the answer is the row with its new cost and risk."""
    visit.need("approve")
    before = plan_queries.row(visit.viewer, key)
    problems: list[Any] = []
    failed: tuple[Problem, ...] = ()
    try:
        typed = _typed(visit.request.POST, before)
        if typed:
            problems = plan_queries.change(visit.viewer, key, typed)
    except ProblemError as error:
        failed = error.problems
    if not visit.swaps and failed:
        raise ProblemError(*failed)
    after = plan_queries.row(visit.viewer, key)
    changed = {} if failed or after.changed == before.changed else _was(before)
    return _row(visit, after, problems=problems, failed=failed, was=changed)


def _was(row: PlanRow) -> dict[str, Any]:
    """What brings the row back to how it stood."""
    return {
        "units": row.units,
        "way": row.mode if row.mode != "split" else "",
        "on": row.on.isoformat(),
        "supplier": row.supplier,
    }


def _row(visit: Visit, row: PlanRow, **more: Any) -> HttpResponseBase:
    if not visit.swaps:
        on_line = visit.request.POST.get("back", "") == "line"
        return HttpResponseRedirect(plan_columns.line_page(row) if on_line else reverse("plan"))
    declared = plan_columns.columns()
    view = wish(visit.request, declared, "-saving")
    found = plan_queries.plan(visit.viewer, PlanWish(), Slice(limit=1), "")
    table = build("plan", declared, found.page, view, visit.viewer, found.head.currency if found.head else "")
    response = visit.part(
        "web/_plan_row.html", row=row, table=table, found=found, editable=True, swapped=True,
        modes=[(mode, plan_words.way(mode)) for mode in MODES], **more,
    )  # fmt: skip
    response["HX-Trigger"] = "plan-changed"
    return response


@require_POST
@page
def approve(visit: Visit) -> HttpResponseBase:
    """Order and load the chosen lines."""
    visit.need("approve")
    keys = [key for key in visit.request.POST.getlist("line") if key.isascii() and key.isdecimal()][:MOST]
    if not keys:
        messages.info(visit.request, _("Choose lines first."))
        return HttpResponseRedirect(_back(visit))
    done = plan_queries.approve(visit.viewer, keys)
    papers = sorted({line.document for line in done if line.document})
    said = ngettext("%(n)s line approved: %(papers)s", "%(n)s lines approved: %(papers)s", len(done)) % {
        "n": len(done),
        "papers": ", ".join(papers[:6]) + ("…" if len(papers) > 6 else ""),
    }
    messages.success(visit.request, said)
    return HttpResponseRedirect(_back(visit))


@require_POST
@page
def undo(visit: Visit, key: str) -> HttpResponseBase:
    """Take an approval back, with every line of the same order or loading."""
    visit.need("approve")
    done = plan_queries.undo(visit.viewer, key)
    said = ngettext("%(n)s line is open again.", "%(n)s lines are open again.", len(done)) % {"n": len(done)}
    messages.info(visit.request, said)
    return HttpResponseRedirect(_back(visit))


def _back(visit: Visit) -> str:
    """The list as it was looked at: only a query of our own page is taken."""
    query = visit.request.POST.get("back", "")[:500]
    return reverse("plan") + (query if query.startswith("?") else "")


@require_GET
@page
def paper(visit: Visit, what: str, suffix: str) -> HttpResponseBase:
    """Purchase orders or shipping instructions of the approved lines."""
    if what not in ("orders", "instructions"):
        raise Http404(what)
    made = plan_queries.paper(visit.viewer, what, get_language() or "en", suffix)
    response = HttpResponse(made.content, content_type=made.kind)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@require_GET
@page
def line(visit: Visit, key: str) -> HttpResponseBase:
    """One line: its weeks ahead with and without it, other ways to do it, and why; with a change in the address, tried."""
    found = plan_queries.line(visit.viewer, key)
    shown, problems, failed, dearer = found, [], (), None
    try:
        typed = _typed(visit.request.GET, found.row)
        if typed:
            tried = plan_queries.tried(visit.viewer, key, typed)
            shown = replace(found, row=tried.row, weeks=tried.weeks)
            problems, dearer = tried.problems, tried.dearer
    except ProblemError as error:
        failed = error.problems
    row = shown.row
    context: dict[str, Any] = {
        "found": shown,
        "row": row,
        "chart": plan_shown.line_chart(shown),
        "title": plan_shown.line_title(row),
        "bars": plan_shown.bars(row.families),
        "problems": problems,
        "failed": failed,
        "dearer": dearer,
        "tried": shown is not found,
        "notes": plan_columns.notes(row),
        "currency": visit.state.currency,
    }
    if visit.swaps:
        return visit.part("web/_plan_tried.html", **context)
    suppliers = sorted({one.supplier for one in found.breaks} | ({row.supplier} if row.supplier else set()))
    return visit.page(
        "web/plan_line.html",
        "plan",
        **context,
        proposed=found.row,
        way=plan_columns.way(found.row),
        state_word=str(plan_columns.STATES.get(row.state, row.state)),
        options=[(plan_shown.option(one.code), one) for one in found.options],
        modes=[(mode, plan_words.way(mode)) for mode in MODES],
        suppliers=suppliers,
        prices=[(one, plan_columns.told_price(one.price)) for one in found.breaks],
        others=[(plan_shown.line_title(one), one) for one in found.others],
        overrides=[(plan_columns.field(o.field), o) for o in plan_queries.overrides(visit.viewer, row.sku)[:12]],
        editable=visit.viewer.can("approve") and row.state == "open",
    )


@require_POST
@page
def strategy(visit: Visit, key: str) -> HttpResponseBase:
    """Set how an item is served, or let its class decide again."""
    visit.need("approve")
    said = visit.request.POST
    row = plan_queries.row(visit.viewer, key)
    withdrawn = said.get("withdraw", "")
    if withdrawn.isascii() and withdrawn.isdecimal():
        plan_queries.withdraw(visit.viewer, int(withdrawn))
    else:
        plan_queries.override(visit.viewer, row.sku, *_setting(said), said.get("note", "")[:200], row.destination)
    messages.info(visit.request, _("Kept. The next plan follows it."))
    return HttpResponseRedirect(reverse("plan-line", args=[key]))


def _setting(said: QueryDict) -> tuple[str, Any]:
    field, value = said.get("field", ""), said.get("value", "").strip()[:40]
    if field == "service":
        try:
            share = float(value.rstrip("%"))
        except ValueError:
            raise _problem(field, value, "write per cent, such as 95") from None
        return field, share / 100 if share > 1 else share
    if field == "review_weeks":
        if not value.isascii() or not value.isdecimal():
            raise _problem(field, value, "write weeks, such as 2")
        return field, int(value)
    if field == "ordered":
        return field, value in ("1", "yes", "true", "on")
    return field, [part.strip() for part in value.split(",") if part.strip()]
