"""Signing in, the company one looks at, and the keyboard's help."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from entrepot.faces.web import queries
from entrepot.faces.web.page import Visit, page, secured


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Name and password."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True
    next_page = "today"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """The form, with the pages' content policy."""
        return secured(super().dispatch(request, *args, **kwargs))


@require_POST
@page
def company(visit: Visit) -> HttpResponseBase:
    """Look at another company."""
    code = visit.request.POST.get("company", "")
    if code in {key for key, _ in queries.companies(visit.viewer)}:
        visit.request.session["company"] = code
    back = visit.request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {visit.request.get_host()}, visit.request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("today"))


@require_GET
@page
def keys(visit: Visit) -> HttpResponseBase:
    """The keyboard's help."""
    return visit.page("web/keys.html", "")


def _error(status: int) -> object:
    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
        return secured(render(request, "web/error.html", {"status": status}, status=status))

    return handler


not_there = _error(404)
not_allowed = _error(403)
failed = _error(500)
