"""Tokens for programs: made once, shown once, kept as a hash, revoked for good."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from entrepot.books import audit_trail
from entrepot.books.models.tokens import ApiToken
from entrepot.core.calendar import Instant

PREFIX = "entrepot_"
"""How a token begins, so that one left lying about can be recognised."""


def issue(user: Any, name: str, *, at: Instant, expires_at: Instant | None = None) -> tuple[ApiToken, str]:
    """A new token of ``user`` and its secret, which is not kept and cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user, name=name[:120], sha256=digest(secret), created_at=at, expires_at=expires_at
    )
    audit_trail.record(user.get_username(), "", "token.issue", f"token:{row.pk}", after={"name": row.name}, at=at)
    return row, secret


def user_of(secret: str, *, at: Instant) -> Any | None:
    """The active user that ``secret`` speaks for; ``None`` for an unknown, revoked or expired one. One query."""
    if not secret.startswith(PREFIX):
        return None
    row = ApiToken.objects.select_related("user").filter(sha256=digest(secret), revoked_at=None).first()
    if row is None or (row.expires_at is not None and row.expires_at <= at) or not row.user.is_active:
        return None
    return row.user


def revoke(key: int, actor: str, *, at: Instant) -> bool:
    """End a token. False: it had ended."""
    changed = ApiToken.objects.filter(pk=key, revoked_at=None).update(revoked_at=at)
    if changed:
        audit_trail.record(actor, "", "token.revoke", f"token:{key}", at=at)
    return bool(changed)


def digest(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()
