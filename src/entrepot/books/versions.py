"""Lines of documents as they are told now: of the latest version of each document, unless it was taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from entrepot.books import models

IDENTITY = ("type", "external_id", "source", "account")
"""What versions of one document have in common."""


def current(rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` (of a model with ``document``) that are told by the latest version of a document that stands."""
    later = models.Document.objects.filter(
        **{name: OuterRef(f"document__{name}") for name in IDENTITY}, version__gt=OuterRef("document__version")
    )
    return rows.filter(~Exists(later), document__reversed__isnull=True)
