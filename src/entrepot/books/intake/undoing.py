"""What taking an import back says to the books: reversals, and the earlier tellings that count again."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from entrepot.books import models
from entrepot.books.intake import personal
from entrepot.books.intake.incoming import Incoming
from entrepot.books.intake.posting import MASTER
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import Document, Ref, Reversal, parse

_KEY = ("type", "external_id", "account", "source")


def documents(batch: models.Batch, recorded_at: Instant) -> Iterator[Incoming]:
    """Reversals of what only ``batch`` told, newest first; then what it had corrected or taken back, oldest first."""
    same = _others(batch).filter(**{name: OuterRef(name) for name in _KEY})
    told = (
        models.Document.objects.filter(batch=batch, reversed__isnull=True)
        .exclude(type__in=MASTER | {"reversal"})
        .annotate(later=Exists(same.filter(version__gt=OuterRef("version"))))
        .filter(later=False)
        .annotate(earlier=Exists(same.filter(version__lt=OuterRef("version"), reversed__isnull=True)))
    )
    refs = [
        Ref(type=kind, id=name, account=account, source=source)
        for kind, name, account, source in told.filter(earlier=False).order_by("-pk").values_list(*_KEY).iterator()
    ]
    restored = [*told.filter(earlier=True).order_by("pk").values_list(*_KEY), *_taken_back(batch)]
    for number, start in enumerate(range(0, len(refs), 500)):
        yield Incoming(
            Reversal(
                id=f"undo-{batch.pk}-{number}", source="undo", effective_at=to_datetime(recorded_at),
                documents=refs[start : start + 500], reason=f"import {batch.pk} undone",
            )
        )  # fmt: skip
    for key in dict.fromkeys(restored):
        yield Incoming(_before(batch, dict(zip(_KEY, key, strict=True))), restores=True)


def _taken_back(batch: models.Batch) -> list[tuple[str, ...]]:
    """What reversals of the batch took back of other imports' documents, and nobody told again since."""
    gone = _others(batch).filter(reversed__by__batch=batch)
    since = _others(batch).filter(**{name: OuterRef(name) for name in _KEY}, version__gt=OuterRef("version"))
    return list(gone.exclude(Exists(since)).order_by("pk").values_list(*_KEY))


def _before(batch: models.Batch, key: dict[str, str]) -> Document:
    """The document as it stood before the batch, with its buyer unless that was forgotten."""
    standing = Q(reversed__isnull=True) | Q(reversed__by__batch=batch)
    row = _others(batch).filter(standing, **key).order_by("-version")[0]
    buyer = personal.read(row.pk)
    return parse({"type": row.type, **json.loads(bytes(row.body)), **({"buyer": buyer} if buyer else {})})


def _others(batch: models.Batch) -> QuerySet[models.Document]:
    """What other imports told: neither those that were undone themselves, nor what an undoing told in their stead."""
    undone = models.Batch.objects.exclude(reverses=None).values("reverses")
    told = models.Document.objects.exclude(batch=batch).exclude(batch__in=undone)
    return told.filter(batch__reverses__isnull=True)
