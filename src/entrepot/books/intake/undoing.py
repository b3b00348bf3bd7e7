"""What taking an import back says to the books: reversals, and the earlier tellings that count again."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from entrepot.books import models
from entrepot.books.intake import personal
from entrepot.books.intake.incoming import Incoming
from entrepot.books.intake.posting import MASTER
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import Document, Ref, Reversal, parse

_KEY = ("type", "external_id", "account", "source")


def documents(batch: models.Batch, recorded_at: Instant) -> Iterator[Incoming]:
    """Reversals of what only ``batch`` told, newest first; then what it had corrected, oldest first."""
    same = _others(batch).filter(**{name: OuterRef(name) for name in _KEY})
    told = (
        models.Document.objects.filter(batch=batch, reversed__isnull=True)
        .exclude(type__in=MASTER)
        .annotate(later=Exists(same.filter(version__gt=OuterRef("version"))))
        .filter(later=False)
        .annotate(earlier=Exists(same.filter(version__lt=OuterRef("version"), reversed__isnull=True)))
    )
    refs = [
        Ref(type=kind, id=name, account=account, source=source)
        for kind, name, account, source in told.filter(earlier=False).order_by("-pk").values_list(*_KEY).iterator()
    ]
    for number, start in enumerate(range(0, len(refs), 500)):
        yield Incoming(
            Reversal(
                id=f"undo-{batch.pk}-{number}", source="undo", effective_at=to_datetime(recorded_at),
                documents=refs[start : start + 500], reason=f"import {batch.pk} undone",
            )
        )  # fmt: skip
    for key in dict.fromkeys(told.filter(earlier=True).order_by("pk").values_list(*_KEY)):
        yield Incoming(_before(batch, dict(zip(_KEY, key, strict=True))), restores=True)


def _before(batch: models.Batch, key: dict[str, str]) -> Document:
    """The document as it stood before the batch, with its buyer unless that was forgotten."""
    row = _others(batch).filter(**key, reversed__isnull=True).order_by("-version")[0]
    buyer = personal.read(row.pk)
    return parse({"type": row.type, **json.loads(bytes(row.body)), **({"buyer": buyer} if buyer else {})})


def _others(batch: models.Batch) -> QuerySet[models.Document]:
    """What other imports told that were not undone themselves."""
    undone = models.Batch.objects.exclude(reverses=None).values("reverses")
    return models.Document.objects.exclude(batch=batch).exclude(batch__in=undone)
