"""People who may sign in: made, listed, given another password; every change leaves an audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from entrepot.books import access, audit_trail
from entrepot.books.models import Membership
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now


@dataclass(frozen=True)
class Person:
    """A user with his role and scopes (codes; empty = all)."""

    name: str
    role: str
    active: bool
    companies: tuple[str, ...]
    shops: tuple[str, ...]
    locations: tuple[str, ...]


def add(
    name: str,
    password: str,
    role: str,
    *,
    companies: tuple[str, ...] = (),
    shops: tuple[str, ...] = (),
    locations: tuple[str, ...] = (),
    actor: str,
) -> None:
    """Make a user. Raises ``ProblemError``: name taken, weak password, unknown role or code."""
    with transaction.atomic():
        access.create_user(name, password, role, companies=companies, shops=shops, locations=locations)
        scope = {"companies": companies, "shops": shops, "locations": locations}
        audit_trail.record(actor, "", "user.add", f"user:{name}", after={"role": role, **scope}, at=now())


def set_password(name: str, password: str, *, actor: str) -> None:
    """Give ``name`` another password; who is signed in with the old one is signed out. Raises ``ProblemError``."""
    user: Any = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise ProblemError(Problem("unknown_user", "there is no such user", "see entrepot user list", found=name))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ProblemError(
            Problem("weak_password", " ".join(error.messages), "choose a longer, less common password")
        ) from None
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        audit_trail.record(actor, "", "user.password", f"user:{name}", at=now())


def people() -> list[Person]:
    """Everyone with a role, by name."""
    rows = Membership.objects.select_related("user").prefetch_related("companies", "shops", "locations")
    return [
        Person(row.user.get_username(), row.role, row.user.is_active, *(_codes(getattr(row, s)) for s in _SCOPES))
        for row in rows.order_by("user__username")
    ]


_SCOPES = ("companies", "shops", "locations")


def _codes(rows: Any) -> tuple[str, ...]:
    return tuple(sorted(row.code for row in rows.all()))
