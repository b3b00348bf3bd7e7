"""Search: one field for SKU, order, container and bill; a barcode scanner's Enter goes straight there."""

from __future__ import annotations

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from entrepot.books.selectors.health_shapes import Hit
from entrepot.faces.web import queries
from entrepot.faces.web.page import Visit, page


def address(hit: Hit) -> str:
    """Where a hit leads."""
    names = {"sku": "sku", "sale": "sale"}
    return reverse(names.get(hit.kind, "document"), args=[hit.key])


@require_GET
@page
def search(visit: Visit) -> HttpResponseBase:
    """Results as a page, or as a piece while typing."""
    text = visit.request.GET.get("q", "").replace("\x00", "").strip()[:100]
    hits = queries.search(visit.viewer, text) if text else []
    exact = [hit for hit in hits if hit.exact]
    if not visit.swaps and len(exact) == 1:
        return HttpResponseRedirect(address(exact[0]))
    found = [(hit, address(hit)) for hit in hits]
    if visit.swaps:
        return visit.part("web/_hits.html", hits=found, text=text)
    return visit.page("web/search.html", "", hits=found, text=text)
