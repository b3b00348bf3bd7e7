"""What every page has: a signed-in viewer, his company's clock, the state of the data, and safe headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from entrepot.books.selectors.shapes import State
from entrepot.core.errors import ProblemError
from entrepot.faces.web import navigation, queries

P = ParamSpec("P")

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
"""No script but ours. Style attributes stay allowed because the chart library sets them."""


class Visit:
    """One request by one viewer."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.viewer = queries.viewer(request.user, request.session.get("company", ""))
        self.state: State = queries.state(self.viewer)

    def page(self, template: str, section: str, status: int = 200, **context: Any) -> HttpResponse:
        """A whole page with navigation and status line."""
        companies = queries.companies(self.viewer)
        shared = {
            "viewer": self.viewer,
            "state": self.state,
            "currency": self.state.currency,
            "section": section,
            "navigation": navigation.shown(self.viewer),
            "imports_here": self.viewer.can("import"),
            "companies": companies,
            "company": dict(companies).get(self.state.company, self.state.company),
            "see_cost": self.viewer.can("see_cost"),
        }
        return render(self.request, template, {**shared, **context}, status=status)

    def part(self, template: str, **context: Any) -> HttpResponse:
        """A piece of a page, for a swap."""
        shared = {
            "viewer": self.viewer,
            "state": self.state,
            "currency": self.state.currency,
            "see_cost": self.viewer.can("see_cost"),
        }
        return render(self.request, template, {**shared, **context})

    def problem(self, error: ProblemError) -> HttpResponse:
        """What could not be done and what to do next: a page, or a line at the foot of the page that asked."""
        if not self.swaps:
            return self.page("web/problem.html", "", status=422, problems=error.problems)
        response = self.part("web/_toast.html", problems=error.problems)
        response.status_code = 422
        response["HX-Retarget"], response["HX-Reswap"] = "#toast", "innerHTML"
        return response

    def need(self, permission: str) -> None:
        """Refuse whoever lacks ``permission``."""
        if not self.viewer.can(permission):
            raise PermissionDenied(permission)

    @property
    def swaps(self) -> bool:
        """Whether the browser asked for a piece to swap in, not for a page."""
        return self.request.headers.get("HX-Request") == "true"


def page(
    view: Callable[Concatenate[Visit, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view for a signed-in viewer, in the company's zone; what is not there is a 404, a problem has its page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visit = Visit(request)
        if not visit.viewer.role:
            return secured(visit.page("web/no_role.html", "", status=403))
        with timezone.override(ZoneInfo(visit.state.zone)):
            try:
                response = view(visit, *args, **kwargs)
            except queries.NotThere as absent:
                raise Http404(str(absent)) from absent
            except ProblemError as error:
                response = visit.problem(error)
        return secured(response)

    return login_required(wrapped)


def secured(response: HttpResponseBase) -> HttpResponseBase:
    """The response with the content policy; figures are never kept by shared caches."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response
