"""Documents that programs post: read, checked against role and scope, and the report of what became of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from entrepot.books.access import Viewer
from entrepot.books.intake import IntakeReport
from entrepot.books.models import Location, Shop
from entrepot.core import documents
from entrepot.core.errors import Problem, ProblemError

MOST = 10_000
"""Documents in one call."""
_PLACES = ("location", "cell", "origin")


def parse(data: list[dict[str, Any]]) -> list[Any]:
    """Typed documents; ``source`` is ``api`` unless said otherwise. Raises ``ProblemError`` with every fault found."""
    if len(data) > MOST:
        raise ProblemError(
            Problem("too_many_documents", f"one call takes {MOST} documents", "split them", found=str(len(data)))
        )
    parsed: list[Any] = []
    problems: list[Problem] = []
    for place, entry in enumerate(data):
        try:
            parsed.append(documents.parse({"source": "api", **entry}))
        except ValidationError as error:
            problems += [_fault(place, entry, fault) for fault in error.errors(include_url=False)[:20]]
    if problems:
        raise ProblemError(*problems[:200])
    return parsed


def authorise(viewer: Viewer, parsed: list[Any]) -> None:
    """Raise ``ProblemError`` (``not_allowed``) for documents that this viewer may not post."""
    companies = {company.code for company in viewer.offered}
    shops = _codes(Shop, viewer.shops)
    places = _codes(Location, viewer.locations)
    refused = [
        document
        for document in parsed
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


def said(viewer: Viewer, report: IntakeReport) -> dict[str, Any]:
    """The report, without money for who may not see cost."""
    see = viewer.can("see_cost")
    problems = [asdict(problem) for problem in report.problems]
    if not see:
        problems = [{k: v for k, v in problem.items() if k not in ("amount", "currency")} for problem in problems]
    return {
        "batch": report.batch,
        "documents": report.documents,
        "posted": report.posted,
        "repeated": report.repeated,
        "corrected": report.corrected,
        "quarantined": report.quarantined,
        "released": report.released,
        "problems": problems,
        "counts_by_code": dict(report.counts_by_code),
        **({"totals": dict(report.totals)} if see else {}),
    }


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


def _fault(place: int, entry: dict[str, Any], fault: Any) -> Problem:
    where = ".".join(str(part) for part in fault["loc"])
    found = fault.get("input")
    return Problem(
        "invalid_document",
        f"{fault['msg']} (document {place + 1})",
        "see the schema of the documents",
        document=f"{entry.get('type', '?')} {entry.get('id', '?')}",
        field=where,
        found=str(found)[:200] if isinstance(found, str | int | float | bool) else "",
    )
