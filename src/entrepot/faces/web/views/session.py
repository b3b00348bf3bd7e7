"""Signing in, the company one looks at, tokens for programs, and the keyboard's help."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.faces.web import queries
from entrepot.faces.web.page import Visit, page, secured

TOKEN_DAYS = (30, 90, 365)
"""For how long a token may be made; or until it is revoked."""


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Name and password."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True
    next_page = "today"

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """The form, with the pages' content policy."""
        return secured(super().dispatch(request, *args, **kwargs))

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Look at the password, unless too many were wrong just now."""
        wait = queries.sign_in_wait(request.POST.get("username", ""), self._address())
        if not wait:
            return super().post(request, *args, **kwargs)
        minutes = -(-wait // 60)
        context = {"minutes": minutes, "name": request.POST.get("username", "")[:200], "next": ""}
        response = render(request, self.template_name, context, status=429)
        response["Retry-After"] = str(wait)
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in: earlier failures from here no longer count."""
        queries.signed_in(form.cleaned_data["username"], self._address())
        return super().form_valid(form)

    def _address(self) -> str:
        return str(self.request.META.get("REMOTE_ADDR", ""))


@require_POST
@page
def company(visit: Visit) -> HttpResponseBase:
    """Look at another company."""
    code = visit.request.POST.get("company", "")
    if code in dict(queries.companies(visit.viewer)):
        visit.request.session["company"] = code
    back = visit.request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {visit.request.get_host()}, visit.request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("today"))


@require_http_methods(["GET", "POST"])
@page
def tokens(visit: Visit) -> HttpResponseBase:
    """One's own tokens: the list, and a new one, whose secret is shown on this one answer and never again."""
    secret, name = "", " ".join(visit.request.POST.get("name", "").split())[:120]
    days = visit.request.POST.get("days", "")
    if visit.request.method == "POST":
        chosen = int(days) if days in {str(n) for n in TOKEN_DAYS} else None
        secret = queries.make_token(visit.request.user, name or _("Without a name"), chosen)
    return visit.page(
        "web/tokens.html",
        "",
        tokens=queries.tokens(visit.viewer),
        secret=secret,
        name=name,
        lifetimes=TOKEN_DAYS,
        origin=f"{visit.request.scheme}://{visit.request.get_host()}",
    )


@require_POST
@page
def revoke(visit: Visit, key: int) -> HttpResponseBase:
    """End one of one's own tokens."""
    queries.revoke_token(visit.viewer, key)
    return HttpResponseRedirect(reverse("tokens"))


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
