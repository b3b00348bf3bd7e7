"""What concerns the viewer himself."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.models import ApiToken
from entrepot.books.selectors.health_shapes import TokenRow
from entrepot.books.selectors.paging import maybe_moment, moment, now


def tokens(viewer: Viewer) -> list[TokenRow]:
    """The viewer's own tokens, newest first, ended ones too. One query."""
    clock = now()

    def state(row: ApiToken) -> str:
        if row.revoked_at is not None:
            return "revoked"
        return "expired" if row.expires_at is not None and row.expires_at <= clock else "open"

    rows = ApiToken.objects.filter(user_id=viewer.user).order_by("-pk")
    return [
        TokenRow(
            row.pk,
            row.name,
            moment(row.created_at),
            maybe_moment(row.expires_at),
            maybe_moment(row.revoked_at),
            state(row),
        )
        for row in rows
    ]
