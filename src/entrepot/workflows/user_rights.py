"""Who may do what, decided by somebody who may decide it: invited, changed, locked out, given another password.

Nobody changes his own role, scope, limit or state, so that nobody raises himself; who is confined to companies, shops or places
gives nothing beyond them. Each act is one transaction with its audit entry, and is refused where somebody else changed
the person since the page was opened (``seen``).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from entrepot.books import access, audit_trail, bulk
from entrepot.books.access import Viewer
from entrepot.books.models import Company, Location, Membership, Shop
from entrepot.books.selectors.naming import named
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import CURRENCIES
from entrepot.workflows import users
from entrepot.workflows.clock import now

SCOPES: dict[str, Any] = {"companies": Company, "shops": Shop, "locations": Location}


@dataclass(frozen=True)
class Rights:
    """What a person may: role, scopes by code (empty: all), and the most that he approves in one go.

    ``limit`` in minor units of ``currency``; ``None``: no limit.
    """

    role: str
    companies: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    limit: int | None = None
    currency: str = ""
    active: bool = True


@dataclass(frozen=True)
class Member:
    """A person as the page shows him. ``seen``: what a change must name, so that nobody's change is lost."""

    name: str
    rights: Rights
    last_sign_in: Any = None
    joined: Any = None
    own: bool = False
    seen: str = field(default="")


def members(viewer: Viewer) -> list[Member]:
    """Everyone within the viewer's own scope, by name. Raises ``ProblemError`` unless he may manage users."""
    viewer.need("manage_users")
    rows = Membership.objects.select_related("user").prefetch_related(*SCOPES).order_by("user__username")
    found, own = [_member(viewer, row) for row in rows], _own(viewer)
    return [one for one in found if one.own or not _beyond(own, one.rights)]


def member(viewer: Viewer, name: str) -> Member:
    """One person. Raises ``ProblemError`` (``unknown_user``) also where he is beyond the viewer's scope."""
    viewer.need("manage_users")
    row = Membership.objects.select_related("user").prefetch_related(*SCOPES).filter(user__username=name).first()
    found = None if row is None else _member(viewer, row)
    if found is None or (not found.own and _beyond(_own(viewer), found.rights)):
        raise ProblemError(Problem("unknown_user", "there is no such user", "look at the list of users", found=name))
    return found


def invite(viewer: Viewer, name: str, rights: Rights, *, origin: str = "") -> str:
    """A new person; his first password, which is stored nowhere and said once."""
    viewer.need("manage_users")
    name = name.strip()
    if not name or len(name) > 150:
        raise ProblemError(Problem("bad_name", "a user needs a name", "write the name to sign in with", field="name"))
    _allowed(viewer, rights)
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        bulk.writer_lock()
        access.create_user(
            name, password, rights.role, companies=rights.companies, shops=rights.shops, locations=rights.locations
        )
        Membership.objects.filter(user__username=name).update(
            approval_limit=rights.limit, approval_currency=rights.currency if rights.limit is not None else ""
        )
        audit_trail.record(viewer.name, origin, "user.add", f"user:{name}", after=asdict(rights), at=now())
    return password


def change(viewer: Viewer, name: str, rights: Rights, *, seen: str, origin: str = "") -> Member:
    """Give ``name`` these rights. Raises ``ProblemError``: oneself, beyond one's scope, changed meanwhile, unknown code."""
    _allowed(viewer, rights)
    with transaction.atomic():
        bulk.writer_lock()
        before = member(viewer, name)
        _not_oneself(before)
        if before.seen != seen:
            raise ProblemError(
                Problem(
                    "changed_meanwhile", "somebody changed this user meanwhile", "look again, then change", found=name
                )
            )
        row = Membership.objects.select_related("user").get(user__username=name)
        row.role, row.approval_limit = rights.role, rights.limit
        row.approval_currency = rights.currency if rights.limit is not None else ""
        row.save(update_fields=["role", "approval_limit", "approval_currency"])
        for scope, model in SCOPES.items():
            getattr(row, scope).set(_rows(model, getattr(rights, scope), scope))
        if row.user.is_active != rights.active:
            row.user.is_active = rights.active
            row.user.save(update_fields=["is_active"])
        audit_trail.record(
            viewer.name, origin, "user.change", f"user:{name}", asdict(before.rights), asdict(rights), at=now()
        )
    return member(viewer, name)


def reset_password(viewer: Viewer, name: str, *, origin: str = "") -> str:
    """Another password for ``name``, said once; whoever is signed in with the old one is signed out."""
    with transaction.atomic():
        _not_oneself(member(viewer, name))
        user: Any = get_user_model().objects.get(username=name)
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
        audit_trail.record(viewer.name, origin, "user.password", f"user:{name}", at=now())
    return password


def change_own_password(viewer: Viewer, before: str, after: str) -> None:
    """Another password of one's own. Raises ``ProblemError``: the old one is wrong, the new one too weak."""
    user: Any = get_user_model().objects.get(pk=viewer.user)
    if not user.check_password(before):
        raise ProblemError(
            Problem(
                "wrong_password", "the present password is another", "type it again, or ask the owner for a new one"
            )
        )
    users.set_password(viewer.name, after, actor=viewer.name)


def choices(viewer: Viewer) -> dict[str, list[tuple[str, str]]]:
    """Scope to the codes and names that the viewer may give."""
    found: dict[str, list[tuple[str, str]]] = {}
    for scope, model in SCOPES.items():
        held: frozenset[int] | None = getattr(viewer, scope)
        rows = model.objects.order_by("code") if held is None else model.objects.filter(pk__in=held).order_by("code")
        found[scope] = [(row.code, named(row.name, getattr(row, "name_zh", "")) or row.code) for row in rows]
    return found


def _member(viewer: Viewer, row: Membership) -> Member:
    user: Any = row.user
    scopes = {scope: tuple(sorted(one.code for one in getattr(row, scope).all())) for scope in SCOPES}
    rights = Rights(row.role, **scopes, limit=row.approval_limit, currency=row.approval_currency, active=user.is_active)
    text = json.dumps(asdict(rights), sort_keys=True)
    seen = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Member(user.get_username(), rights, user.last_login, user.date_joined, user.pk == viewer.user, seen)


def _allowed(viewer: Viewer, rights: Rights) -> None:
    viewer.need("manage_users")
    if rights.role not in access.ROLES:
        raise ProblemError(
            Problem("unknown_role", "there is no such role", f"choose one of {', '.join(access.ROLES)}", field="role",
                    found=rights.role)
        )  # fmt: skip
    if rights.limit is not None and (rights.limit < 0 or rights.currency not in CURRENCIES):
        raise ProblemError(
            Problem("bad_limit", "this limit cannot be used", "write an amount of 0 or more and its currency",
                    field="limit", found=f"{rights.limit} {rights.currency}".strip())
        )  # fmt: skip
    beyond = _beyond(_own(viewer), rights)
    if beyond:
        raise ProblemError(
            Problem("beyond_scope", "you are confined yourself and cannot give more than you have",
                    "choose among your own companies, shops and places", found=", ".join(beyond))
        )  # fmt: skip


def _own(viewer: Viewer) -> dict[str, set[str]]:
    """Scope to the codes that the viewer is confined to; what does not confine him is left out."""
    held: dict[str, frozenset[int] | None] = {scope: getattr(viewer, scope) for scope in SCOPES}
    return {
        scope: set(SCOPES[scope].objects.filter(pk__in=keys).values_list("code", flat=True))
        for scope, keys in held.items()
        if keys is not None
    }


def _beyond(own: dict[str, set[str]], rights: Rights) -> list[str]:
    """Codes of ``rights`` that are not among one's own; ``*`` for "all" where one has only some."""
    found: list[str] = []
    for scope, codes in own.items():
        given = set(getattr(rights, scope))
        found += sorted(given - codes) if given else ["*"]
    return found


def _not_oneself(one: Member) -> None:
    if one.own:
        raise ProblemError(Problem("not_oneself", "nobody changes his own rights", "ask another owner", found=one.name))


def _rows(model: Any, codes: Iterable[str], scope: str) -> list[Any]:
    wanted = set(codes)
    rows = list(model.objects.filter(code__in=wanted))
    missing = sorted(wanted - {row.code for row in rows})
    if missing:
        raise ProblemError(
            Problem("unknown_code", "there is no such company, shop or place", "check the code", field=scope,
                    found=", ".join(missing))
        )  # fmt: skip
    return rows
