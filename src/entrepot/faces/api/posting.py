"""Documents that programs post: read, checked against role and scope, and the report of what became of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from entrepot.books.access import Viewer
from entrepot.books.intake import IntakeReport
from entrepot.core import documents
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.may_post import authorise, need_approval

__all__ = ["MOST", "authorise", "need_approval", "parse", "said"]

MOST = 10_000
"""Documents in one call."""


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
