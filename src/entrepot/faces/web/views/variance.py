"""Cost variance: what bills came to beside what was accrued, by cause; and what nobody has billed yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors import variance as reads
from entrepot.books.selectors.shapes import Money
from entrepot.books.selectors.variance import GROUPS, VariancePage, VarianceWish
from entrepot.faces.web import variance_columns as words
from entrepot.faces.web.filters import last_of, month_of
from entrepot.faces.web.formats import money_text
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Table, build, wish
from entrepot.faces.web.views.export import send


@dataclass(frozen=True, slots=True)
class Bar:
    """One cause: how much it made costs dearer (positive) or cheaper, drawn from the middle."""

    cause: str
    label: str
    amount: int
    left: float
    width: float
    href: str


def _wanted(visit: Visit) -> VarianceWish:
    query = visit.request.GET
    by = query.get("by", "bill")
    start, end = month_of(query, "from"), month_of(query, "to")
    return VarianceWish(
        by if by in GROUPS else "bill", start, last_of(end) if end else None, query.get("cause", "")[:20],
        query.get("supplier", "")[:120], query.get("component", "")[:40], query.get("q", "").strip()[:120],
    )  # fmt: skip


def _ask(visit: Visit, *, everything: bool) -> tuple[VarianceWish, VariancePage, Table]:
    visit.need("see_cost")
    wanted = _wanted(visit)
    declared = words.variances(wanted.by)
    view = wish(visit.request, declared, "-difference")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    found = reads.variances(visit.viewer, wanted, part)
    table = build(f"variance-{wanted.by}", declared, found.page, view, visit.viewer, visit.state.currency,
                  export=reverse("variance").rstrip("/"))  # fmt: skip
    return wanted, found, table


def _unbilled(visit: Visit, *, everything: bool) -> Table:
    visit.need("see_cost")
    declared = words.unbilled()
    view = wish(visit.request, declared, "-late", prefix="open-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows = reads.unbilled(visit.viewer, visit.request.GET.get("open", "")[:10], part)
    return build("unbilled", declared, rows, view, visit.viewer, visit.state.currency,
                 export=reverse("variance") + "unbilled")  # fmt: skip


@require_GET
@page
def variance(visit: Visit) -> HttpResponseBase:
    """The page: causes, bills, and what is not billed."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "variance", status=403)
    wanted, found, table = _ask(visit, everything=False)
    return visit.page(
        "web/variance.html", "variance", wanted=wanted, found=found, table=table, bars=_bars(visit, found),
        open=_unbilled(visit, everything=False), groups=words.GROUPS.items(), causes=words.CAUSES.items(),
        components=[(name, words.families.component(name)) for name in found.components],
        kinds=words.KINDS.items(), kind=visit.request.GET.get("open", ""), finding=_finding(found, visit.state.currency),
    )  # fmt: skip


def _bars(visit: Visit, found: VariancePage) -> list[Bar]:
    """Bars from a common middle, in the order of the causes; none where nothing differs."""
    most = max((abs(amount) for amount in found.causes.values()), default=0)
    if not most:
        return []
    bars = []
    for cause, amount in found.causes.items():
        width = round(abs(amount) * 50 / most, 2)
        query = visit.request.GET.copy()
        query["cause"] = cause
        query["by"] = "bill"
        bars.append(Bar(cause, str(words.CAUSES[cause]), amount, 50.0 if amount >= 0 else 50.0 - width, width,
                        f"?{query.urlencode()}"))  # fmt: skip
    return bars


def _finding(found: VariancePage, currency: str) -> str:
    """The page in a sentence."""
    if not found.page.total:
        return _("No bill has taken the place of an estimate yet")
    amount = money_text(Money(abs(found.difference), currency))
    cause = max(found.causes, key=lambda name: abs(found.causes[name]))
    if found.difference == 0:
        return _("Bills came to what was accrued")
    said = {"amount": amount, "cause": words.CAUSES[cause]}
    if found.difference > 0:
        return _("Bills came to %(amount)s more than accrued, mostly by: %(cause)s") % said
    return _("Bills came to %(amount)s less than accrued, mostly by: %(cause)s") % said


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """The variances as a file."""
    return send(_ask(visit, everything=True)[2], suffix, visit.state.zone)


@require_GET
@page
def unbilled_export(visit: Visit, suffix: str) -> HttpResponseBase:
    """What is not billed, as a file."""
    return send(_unbilled(visit, everything=True), suffix, visit.state.zone)
