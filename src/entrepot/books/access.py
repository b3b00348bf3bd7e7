"""Who may see and do what.

A user has one role and may be confined to companies, shops and places. The role says what he may do and whether he sees
cost, margin and supplier prices; the scope says of what. Everything that reads the books takes a :class:`Viewer`, which
also looks at exactly one company, because amounts of two currencies never stand in one figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import CharField, Model, QuerySet, Value

from entrepot.books.models import Company, Location, Membership, Shop
from entrepot.core.errors import Problem, ProblemError

M = TypeVar("M", bound=Model)

_SEES = {"see_cost", "see_margin", "see_supplier_price"}
_BUYS = {"buy", "approve_purchase"}
ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(
        _SEES
        | _BUYS
        | {
            "approve",
            "import",
            "undo",
            "post",
            "post_stock",
            "close",
            "pay",
            "see_audit",
            "manage_users",
            "see_personal",
        }
    ),
    "finance": frozenset(
        _SEES | _BUYS | {"approve", "import", "undo", "post", "post_stock", "close", "pay", "see_audit"}
    ),
    "operations": frozenset(_SEES | _BUYS | {"approve", "import", "undo", "post", "post_stock", "see_personal"}),
    "warehouse": frozenset({"post_stock"}),
    "viewer": frozenset[str](),
}
"""Role to permissions.

``see_cost`` cost of stock and of sales · ``see_margin`` prices and profit · ``see_supplier_price`` what suppliers are
paid · ``approve`` decide on proposals · ``import``/``undo`` files · ``post`` any document by the API · ``post_stock``
documents that only move units · ``close`` periods · ``see_audit`` the audit trail · ``see_personal`` buyers' fields ·
``manage_users`` · ``buy`` propose orders and follow them · ``approve_purchase`` approve what others propose · ``pay`` suppliers.
"""

STOCK_DOCUMENTS = frozenset({"receipt", "shipment", "transfer", "regrade", "count", "stock_use", "stock_report"})
"""Types that ``post_stock`` allows, as long as they state no price."""


NEEDS = {"payment": "pay", "write_down": "close", "capitalisation_policy": "close", "period_close": "close"}
"""Types that take a right of their own to post."""
ACTS_OF_PEOPLE = frozenset({"purchase_decision", "period_reopen"})
"""Types that nobody posts: a second person approves an order, and grants that a month is opened again."""


@dataclass(frozen=True, slots=True)
class Looking:
    """The company that a viewer looks at; ``id`` 0 while the books have none."""

    id: int
    code: str
    name: str
    currency: str
    zone: str


NOWHERE = Looking(0, "", "", "USD", "UTC")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks. ``companies``, ``shops``, ``locations`` are row ids, ``None`` = all of them.

    >>> Viewer("ann", "warehouse", NOWHERE).can("see_cost"), Viewer("bo", "finance", NOWHERE).can("see_cost")
    (False, True)
    """

    name: str
    role: str
    company: Looking
    companies: frozenset[int] | None = None
    shops: frozenset[int] | None = None
    locations: frozenset[int] | None = None
    offered: tuple[Looking, ...] = ()
    """Every company that he may look at, by code."""
    user: int | None = None
    approval_limit: int | None = None
    """The most that he approves in one go, in minor units of :attr:`approval_currency`; ``None``: without limit."""
    approval_currency: str = ""

    def can(self, permission: str) -> bool:
        """Whether his role holds ``permission``; an unknown role holds none."""
        return permission in ROLES.get(self.role, ())

    def need(self, permission: str) -> None:
        """Raise :class:`~entrepot.core.errors.ProblemError` (``not_allowed``) unless he may."""
        if not self.can(permission):
            raise ProblemError(
                Problem(
                    "not_allowed",
                    f"the role {self.role or 'none'} may not do this",
                    "ask the owner of the books for another role",
                    found=permission,
                )
            )

    def may_post(self, document: Any) -> bool:
        """Whether he may post this document (a pydantic document of :mod:`entrepot.core.documents`)."""
        if self.can("post"):
            return document.type not in ACTS_OF_PEOPLE and self.can(NEEDS.get(document.type, "post"))
        priced = any(getattr(line, "price", None) is not None for line in getattr(document, "lines", ()))
        return self.can("post_stock") and document.type in STOCK_DOCUMENTS and not priced

    def of_company(self, rows: QuerySet[M], field: str = "company") -> QuerySet[M]:
        """``rows`` of the company that he looks at."""
        return rows.filter(**{f"{field}_id": self.company.id})

    def in_shops(self, rows: QuerySet[M], field: str = "shop") -> QuerySet[M]:
        """``rows`` of his shops; without a scope also those of no shop."""
        return rows if self.shops is None else rows.filter(**{f"{field}_id__in": self.shops})

    def in_locations(self, rows: QuerySet[M], field: str = "location") -> QuerySet[M]:
        """``rows`` at his places."""
        return rows if self.locations is None else rows.filter(**{f"{field}_id__in": self.locations})


def viewer_for(user: Any, company: str = "") -> Viewer:
    """The viewer behind a signed-in user, looking at ``company`` (a code; his first one when empty or not his).

    A user without a membership sees nothing and may do nothing. Two queries.
    """
    scope = _scope(user.pk) if user.is_active else {}
    if not scope:
        none = frozenset[int]()
        return Viewer(user.get_username(), "", NOWHERE, none, none, none, (), user.pk)
    companies = Company.objects.order_by("code")
    if scope["company"] is not None:
        companies = companies.filter(pk__in=scope["company"])
    offered = tuple(Looking(*row) for row in companies.values_list("id", "code", "name", "currency", "zone"))
    chosen = next((c for c in offered if c.code == company), offered[0] if offered else NOWHERE)
    return Viewer(
        user.get_username(), scope["role"], chosen, scope["company"], scope["shop"], scope["location"], offered, user.pk,
        scope["limit"], scope["currency"],
    )  # fmt: skip


def system_viewer(company: str = "", name: str = "entrepot") -> Viewer:
    """The owner's view for commands that run on the machine itself, where the operating system has asked who one is."""
    offered = tuple(
        Looking(*row) for row in Company.objects.order_by("code").values_list("id", "code", "name", "currency", "zone")
    )
    chosen = next((c for c in offered if c.code == company), offered[0] if offered else NOWHERE)
    return Viewer(name, "owner", chosen, offered=offered)


def looking_at(viewer: Viewer, company: str) -> Viewer:
    """The same viewer looking at another of his companies; unchanged when it is not his."""
    chosen = next((c for c in viewer.offered if c.code == company), viewer.company)
    return replace(viewer, company=chosen)


def _scope(user: int) -> dict[str, Any]:
    """Role, limit and scopes of a user in one query: ids by kind, ``None`` where nothing confines him; empty: no member."""

    def links(kind: str, through: Any) -> Any:
        rows = through.objects.filter(membership__user_id=user)
        return rows.values_list(Value(kind, CharField()), f"{kind}_id", Value("", CharField())).order_by()

    role = Membership.objects.filter(user_id=user).values_list("role", "approval_limit", "approval_currency").order_by()
    union = role.union(
        links("company", Membership.companies.through),
        links("shop", Membership.shops.through),
        links("location", Membership.locations.through),
        all=True,
    )
    found: dict[str, set[int]] = {"company": set(), "shop": set(), "location": set()}
    held: dict[str, Any] = {}
    for kind, key, currency in union:
        if kind in found:
            found[kind].add(key)
        else:
            held = {"role": kind, "limit": key, "currency": currency}
    return {**held, **{kind: frozenset(keys) or None for kind, keys in found.items()}} if held else {}


def create_user(
    name: str,
    password: str,
    role: str = "viewer",
    *,
    companies: tuple[str, ...] = (),
    shops: tuple[str, ...] = (),
    locations: tuple[str, ...] = (),
    check: bool = True,
) -> Any:
    """A user with his role and scope, given by codes. ``check`` applies the password rules of the settings.

    Raises :class:`~entrepot.core.errors.ProblemError` for an unknown role or code, a taken name, a weak password.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if role not in ROLES:
        raise ProblemError(
            Problem(
                "unknown_role", "there is no such role", f"choose one of {', '.join(ROLES)}", field="role", found=role
            )
        )
    users = get_user_model()
    if users.objects.filter(username=name).exists():
        raise ProblemError(
            Problem("user_exists", "this name is taken", "choose another name", field="name", found=name)
        )
    user = users(username=name)
    if check:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise ProblemError(
                Problem("weak_password", " ".join(error.messages), "choose a longer, less common password")
            ) from None
    user.set_password(password)
    with transaction.atomic():
        user.save()
        member = Membership.objects.create(user=user, role=role)
        member.companies.set(_rows(Company, companies, "company"))
        member.shops.set(_rows(Shop, shops, "shop"))
        member.locations.set(_rows(Location, locations, "location"))
    return user


def has_users() -> bool:
    """Whether anyone can sign in; without, the first user must be made on the machine itself."""
    return get_user_model().objects.filter(is_active=True, membership__isnull=False).exists()


def _rows(model: Any, codes: tuple[str, ...], field: str) -> list[Any]:
    rows = list(model.objects.filter(code__in=codes))
    missing = sorted(set(codes) - {row.code for row in rows})
    if missing:
        raise ProblemError(
            Problem(
                f"unknown_{field}", f"there is no such {field}", "check the code", field=field, found=", ".join(missing)
            )
        )
    return rows
