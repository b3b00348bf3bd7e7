"""Whether a viewer may post a document: his role, his companies, his shops and his places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import Location, Shop
from entrepot.core.calendar import Instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import purchasing

_PLACES = ("location", "cell", "origin")


def authorise(viewer: Viewer, documents: Sequence[Any]) -> None:
    """Raise ``ProblemError`` (``not_allowed``) for documents that this viewer may not post."""
    companies = {company.code for company in viewer.offered}
    shops = _codes(Shop, viewer.shops)
    places = _codes(Location, viewer.locations)
    refused = [
        document
        for document in documents
        if not viewer.may_post(document)
        or (viewer.companies is not None and (document.company or viewer.company.code) not in companies)
        or (shops is not None and not _shop_is_his(document, shops))
        or (places is not None and not _places_are_his(document, places))
    ]
    if refused:
        raise ProblemError(
            *(
                Problem(
                    "not_allowed", "your role or scope does not cover this document", "ask the owner of the books",
                    document=f"{document.type} {document.id}",
                )
                for document in refused[:50]
            )
        )  # fmt: skip


def need_approval(viewer: Viewer, documents: Sequence[Any], at: Instant) -> None:
    """Raise ``ProblemError`` for orders that a program places where somebody else has to approve them (``second_person``), or
    beyond what this viewer approves (``over_limit``): a program stands for whom its key belongs to."""
    for order in (document for document in documents if document.type == "purchase_order"):
        company = order.company or viewer.company.code
        viewer.need("approve_purchase")
        if purchasing.others_who_approve(viewer, company):
            raise ProblemError(
                Problem(
                    "second_person", "a second person approves orders of this company", "propose it instead: POST /orders",
                    document=f"{order.type} {order.id}",
                )
            )  # fmt: skip
        purchasing.within_limit(viewer, company, purchasing.worth(order), order.currency, at)


def need_place(viewer: Viewer, document: Any) -> None:
    """Raise ``ProblemError`` (``not_allowed``) for a document that acts at another place than his; rights are asked elsewhere."""
    places = _codes(Location, viewer.locations)
    if places is not None and not _places_are_his(document, places):
        raise ProblemError(
            Problem(
                "not_allowed", "this place is not yours", "ask someone who works there",
                document=f"{document.type} {document.id}", field="location",
            )
        )  # fmt: skip


def _codes(model: Any, scope: frozenset[int] | None) -> set[str] | None:
    return None if scope is None else set(model.objects.filter(pk__in=scope).values_list("code", flat=True))


def _shop_is_his(document: Any, shops: set[str]) -> bool:
    """A document of no shop may still move another shop's goods, so a viewer of some shops posts for those only."""
    return getattr(document, "shop", None) in shops


def _places_are_his(document: Any, places: set[str]) -> bool:
    """Whatever acts at a place acts at one of his; where goods go to is the other side's business."""
    named = [getattr(document, name, None) for name in _PLACES]
    acting = [getattr(place, "location", place) for place in named if place]
    return bool(acting) and all(place in places for place in acting)
