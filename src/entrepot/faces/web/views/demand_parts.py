"""The smaller tables of the Demand pages: what signals were worth, and how demand divides among channels and countries."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from entrepot.books.selectors.demand_shapes import RegionRow, SignalRow
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.faces.web import queries, sentences
from entrepot.faces.web.filters import DemandFilter
from entrepot.faces.web.formats import MINUS
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import Column, Table, build, wish
from entrepot.faces.web.views.export import send


def signal_columns() -> list[Column]:
    """One signal a row."""
    return [
        Column("name", _("Signal"), read=lambda r: sentences.word("signal", r.name)),
        Column("kept", _("State"), read=lambda r: sentences.word("signal_state", "kept" if r.kept else "dropped")),
        Column("value", _("Explains of unseen weeks"), "percent"),
        Column("effect", _("Effect"), "span", read=lambda r: _figure(r.effect)),
        Column("interval", _("95 % interval"), "span", read=_interval),
        Column("reason", _("Why not"), read=lambda r: sentences.word("signal_reason", r.reason), optional=True),
    ]


def _interval(row: SignalRow) -> str:
    return f"{_figure(row.low)} … {_figure(row.high)}"


def _figure(effect: float) -> str:
    return f"{effect:.2f}".replace("-", MINUS)


def region_columns(*, sold: bool) -> list[Column]:
    """A part of the demand a row; ``sold``: with what was sold there lately."""
    own = [Column("sold", _("Sold in half a year"), "units", optional=True)] if sold else []
    return [
        Column("channel", _("Channel"), read=lambda r: r.channel or "–"),
        Column("country", _("Country"), read=lambda r: r.country or str(_("rest, or not known"))),
        Column("share", _("Share"), "percent"),
        Column("weekly", _("Units a week"), "decimal", estimate=True),
        *own,
    ]


def signal_table(visit: Visit, rows: Sequence[SignalRow]) -> Table | None:
    """What signals were worth; ``None`` where none was judged."""
    return _table(visit, "signals", signal_columns(), rows, reverse("demand-parts", args=["signals", "csv"])[:-4])


def region_table(visit: Visit, rows: Sequence[RegionRow], code: str = "", place: str = "") -> Table | None:
    """How demand divides, of all items or of one; ``None`` where it is not known."""
    if code:
        address = reverse("demand-regions", args=[code, "csv"])[:-4]
        return _table(visit, "regions", region_columns(sold=True), rows, address, {"place": place})
    address = reverse("demand-parts", args=["regions", "csv"])[:-4]
    return _table(visit, "regions", region_columns(sold=False), rows, address)


def _table(
    visit: Visit, name: str, declared: list[Column], rows: Sequence[object], export: str, query: dict[str, str] | None = None
) -> Table | None:  # fmt: skip
    if not rows:
        return None
    view = wish(visit.request, declared, declared[0].key, prefix=f"{name}_")
    if query is not None:
        view = type(view)(view.slice, view.chosen, query, view.prefix)
    shown = Page(list(rows), len(rows))
    return build(name, declared, shown, view, visit.viewer, visit.state.currency, export=export, paged=False)


@require_GET
@page
def export(visit: Visit, part: str, suffix: str) -> HttpResponseBase:
    """Signals, or the parts of all demand, as a file."""
    found = queries.demand(visit.viewer, DemandFilter(), Slice("weekly", descending=True, limit=1))
    table = signal_table(visit, found.signals) if part == "signals" else region_table(visit, found.regions)
    return _sent(visit, table, suffix)


@require_GET
@page
def regions(visit: Visit, code: str, suffix: str) -> HttpResponseBase:
    """The parts of one item's demand as a file."""
    place = visit.request.GET.get("place", "")[:120]
    return _sent(visit, region_table(visit, queries.demand_of(visit.viewer, code, place).regions, code, place), suffix)


def _sent(visit: Visit, table: Table | None, suffix: str) -> HttpResponseBase:
    if table is None:
        raise queries.NotThere("nothing is stored yet")
    return send(table, suffix, visit.state.zone)
