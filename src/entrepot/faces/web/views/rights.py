"""Users and rights: who may sign in, as what, of what; and one's own password."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from entrepot.books.access import ROLES
from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Money
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import CURRENCIES, exponent, minor
from entrepot.faces.web import right_words, sentences
from entrepot.faces.web.formats import money_text
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import Column, Table, build, wish
from entrepot.faces.web.views.export import send
from entrepot.workflows import user_rights
from entrepot.workflows.user_rights import Member, Rights


def columns() -> list[Column]:
    """Users as listed and exported."""
    every = gettext_lazy("all")

    def scope(name: str) -> Any:
        return lambda m: ", ".join(getattr(m.rights, name)) or str(every)

    return [
        Column("name", gettext_lazy("Name"), href=lambda m: reverse("user", args=[m.name])),
        Column("role", gettext_lazy("Role"), read=lambda m: sentences.word("role", m.rights.role)),
        Column("companies", gettext_lazy("Companies"), read=scope("companies"), sort=False),
        Column("shops", gettext_lazy("Shops"), read=scope("shops"), sort=False),
        Column("locations", gettext_lazy("Places"), read=scope("locations"), sort=False),
        Column("limit", gettext_lazy("Approves up to"), read=_limit, sort=False),
        Column("active", gettext_lazy("State"), read=_state),
        Column("last_sign_in", gettext_lazy("Last sign-in"), "instant", optional=True),
    ]


def _limit(member: Member) -> str:
    rights = member.rights
    if not any(may in ROLES.get(rights.role, ()) for may in ("approve", "approve_purchase")):
        return "–"
    return _("without limit") if rights.limit is None else money_text(Money(rights.limit, rights.currency))


def _state(member: Member) -> str:
    return _("Active") if member.rights.active else _("Locked out")


def _table(visit: Visit) -> Table:
    declared = columns()
    view = wish(visit.request, declared, "name")
    found = cut(user_rights.members(visit.viewer), view.slice)
    export = reverse("users-export", args=["csv"]).removesuffix(".csv")
    return build("users", declared, found, view, visit.viewer, visit.state.currency, export=export, paged=False)


@require_GET
@page
def users(visit: Visit) -> HttpResponseBase:
    """Everyone, what each role may, and the form to invite one more."""
    visit.need("manage_users")
    return _users(visit)


def _users(visit: Visit, **more: Any) -> HttpResponseBase:
    may = [(right_words.permission(code), [code in ROLES[role] for role in ROLES]) for code in _permissions()]
    return visit.page("web/users.html", "users", table=_table(visit), may=may, **_choices(visit), **more)


def _permissions() -> list[str]:
    found = set[str]().union(*ROLES.values())
    return [code for code in right_words.PERMISSIONS if code in found] + sorted(found - set(right_words.PERMISSIONS))


LABELS = {
    "companies": gettext_lazy("Companies"),
    "shops": gettext_lazy("Shops"),
    "locations": gettext_lazy("Places"),
}


def _choices(visit: Visit, rights: Rights | None = None) -> dict[str, Any]:
    offered = user_rights.choices(visit.viewer)
    return {
        "roles": list(ROLES),
        "scopes": [
            (scope, label, [(*one, rights is not None and one[0] in getattr(rights, scope)) for one in offered[scope]])
            for scope, label in LABELS.items()
        ],
        "currencies": list(dict.fromkeys([visit.state.currency, "CNY", "USD", "EUR", "GBP", *sorted(CURRENCIES)])),
    }


@require_GET
@page
def export(visit: Visit, suffix: str) -> HttpResponseBase:
    """Users as a file."""
    visit.need("manage_users")
    return send(_table(visit), suffix, visit.state.zone)


@require_POST
@page
def invite(visit: Visit) -> HttpResponseBase:
    """A new user; his first password stands on this one answer and never again."""
    name = " ".join(visit.request.POST.get("name", "").split())
    try:
        password = user_rights.invite(visit.viewer, name, _rights(visit), origin=_origin(visit))
    except ProblemError as error:
        visit.need("manage_users")
        return _users(visit, problems=error.problems, typed=name)
    return _users(visit, secret=password, invited=name)


@require_http_methods(["GET", "POST"])
@page
def user(visit: Visit, name: str) -> HttpResponseBase:
    """One user: his rights, and the form that changes them."""
    visit.need("manage_users")
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        try:
            seen = visit.request.POST.get("seen", "")
            user_rights.change(visit.viewer, name, _rights(visit), seen=seen, origin=_origin(visit))
        except ProblemError as error:
            problems = error.problems
        else:
            messages.success(visit.request, _("The rights of %(name)s were changed.") % {"name": name})
            return HttpResponseRedirect(reverse("users"))
    return _user(visit, name, problems=problems, status=422 if problems else 200)


def _user(visit: Visit, name: str, status: int = 200, **more: Any) -> HttpResponseBase:
    member = user_rights.member(visit.viewer, name)
    limit = "" if member.rights.limit is None else _major(member.rights)
    more |= _choices(visit, member.rights)
    audited = visit.viewer.can("see_audit")
    return visit.page("web/user.html", "users", status, member=member, limit=limit, audited=audited, **more)


@require_POST
@page
def password(visit: Visit, name: str) -> HttpResponseBase:
    """Another password for a user, said once."""
    secret = user_rights.reset_password(visit.viewer, name, origin=_origin(visit))
    return _user(visit, name, secret=secret)


@require_http_methods(["GET", "POST"])
@page
def own_password(visit: Visit) -> HttpResponseBase:
    """One's own password."""
    problems: tuple[Problem, ...] = ()
    if visit.request.method == "POST":
        said = visit.request.POST
        try:
            user_rights.change_own_password(visit.viewer, said.get("before", ""), said.get("after", ""))
        except ProblemError as error:
            problems = error.problems
        else:
            visit.request.user.refresh_from_db()
            update_session_auth_hash(visit.request, visit.request.user)  # type: ignore[arg-type]
            messages.success(visit.request, _("Your password was changed; other sessions are signed out."))
            return HttpResponseRedirect(reverse("today"))
    return visit.page("web/own_password.html", "", status=422 if problems else 200, problems=problems)


def _rights(visit: Visit) -> Rights:
    said = visit.request.POST
    limit, currency = said.get("limit", "").strip().replace(",", ""), said.get("currency", "").strip().upper()
    scopes = {scope: tuple(dict.fromkeys(said.getlist(scope))) for scope in user_rights.SCOPES}
    amount = None
    if limit:
        try:
            Decimal(limit)
            amount = minor(limit, currency)
        except (InvalidOperation, ProblemError):
            raise ProblemError(
                Problem("bad_limit", "this limit cannot be used", "write an amount of 0 or more and its currency",
                        field="limit", found=f"{limit} {currency}")
            ) from None  # fmt: skip
    active = said.get("active", "yes") == "yes"
    return Rights(said.get("role", ""), **scopes, limit=amount, currency=currency if limit else "", active=active)


def _major(rights: Rights) -> str:
    return str(Decimal(rights.limit or 0).scaleb(-exponent(rights.currency)))


def _origin(visit: Visit) -> str:
    return str(visit.request.META.get("REMOTE_ADDR", ""))
