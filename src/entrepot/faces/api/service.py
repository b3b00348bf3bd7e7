"""The API object: authentication, what errors look like, and the operations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from ninja import NinjaAPI

import entrepot
from entrepot.books.selectors import NotThere
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.api.acts import acts
from entrepot.faces.api.asking import asking
from entrepot.faces.api.buying import buying
from entrepot.faces.api.costing import costing
from entrepot.faces.api.counting import counting
from entrepot.faces.api.documentation import page
from entrepot.faces.api.months import months
from entrepot.faces.api.planning import planning
from entrepot.faces.api.quoting import quoting
from entrepot.faces.api.recovering import recovering
from entrepot.faces.api.security import Session, Token
from entrepot.faces.api.simulating import simulating
from entrepot.faces.api.stock_work import stock_work
from entrepot.faces.api.typing_in import typing_in


class Api(NinjaAPI):
    """Ninja's API whose operations do their own sign-in check, because programs come with a token and no session."""

    @property
    def urls(self) -> tuple[list[Any], str, str]:
        """Its addresses, exempt from the pages' redirect to the sign-in form."""
        patterns, app, namespace = super().urls
        patterns = [*patterns, path("docs", page, {"api": self}, name="docs")]
        for pattern in patterns:
            pattern.callback.login_required = False
        return patterns, app, namespace


api = Api(
    title="Entrepot",
    version=getattr(entrepot, "__version__", "0"),
    description="Inventory cost for cross-border sellers: the same reads as the pages, and documents in. Amounts are "
    "integers in minor units; a field that the caller may not see is absent; null means not known.",
    urls_namespace="api",
    docs_url=None,
    auth=[Token(), Session()],
)
api.add_router("", acts)
api.add_router("", asking)
api.add_router("", buying)
api.add_router("", costing)
api.add_router("", counting)
api.add_router("", months)
api.add_router("", planning)
api.add_router("", quoting)
api.add_router("", recovering)
api.add_router("", simulating)
api.add_router("", stock_work)
api.add_router("", typing_in)


def problems(found: tuple[Problem, ...], status: int) -> JsonResponse:
    """Problems as every error of the API looks."""
    return JsonResponse({"problems": [asdict(problem) for problem in found]}, status=status)


@api.exception_handler(ProblemError)
def _problem(request: HttpRequest, error: ProblemError) -> HttpResponse:
    refused = any(problem.code == "not_allowed" for problem in error.problems)
    return problems(error.problems, 403 if refused else 422)


@api.exception_handler(NotThere)
def _not_there(request: HttpRequest, error: NotThere) -> HttpResponse:
    problem = Problem(
        "not_there", "it is not in the books, or not in what you may see", "check the key", found=str(error)
    )
    return problems((problem,), 404)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problems((Problem("not_allowed", "your role may not do this", "ask the owner", found=str(error)),), 403)
