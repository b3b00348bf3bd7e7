"""Which documents are new, which are repeats, which correct an earlier version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from entrepot.books import models
from entrepot.core.documents import Count, Document


class Known(NamedTuple):
    """The versions of one document that stand in the books."""

    ids: tuple[int, ...]
    version: int
    hashes: frozenset[str]
    reversed: bool


NOTHING = Known((), 0, frozenset(), False)


def digest(document: Document, account: str) -> int:
    """63-bit digest of (source, account, type, id): order-independent tie-break of the fold.

    Eight bytes of BLAKE2b; for 10⁷ documents two share a digest with probability 5·10⁻⁶, and then only the order
    within one instant, kind and line is decided by line number instead.
    """
    text = "\0".join((document.source, account, document.type, document.id))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def body_of(document: Document) -> bytes:
    """The canonical body: JSON without defaults and without personal fields (an order's ``buyer``)."""
    personal = {"buyer"} if document.type == "sales_order" else None
    return document.model_dump_json(exclude_defaults=True, exclude=personal).encode()


def repeats_count(document: Document, known: Known) -> bool:
    """Is this a stock count that the books hold, told again without what they expected then?"""
    if not isinstance(document, Count) or not known.ids:
        return False
    bodies = models.Document.objects.filter(pk__in=known.ids).values_list("body", flat=True)
    return any(_completes(document, bytes(body)) for body in bodies)


def _completes(document: Count, stored: bytes) -> bool:
    before = json.loads(stored)["lines"]
    if len(before) != len(document.lines):
        return False
    lines = [
        line if line.expected is not None else line.model_copy(update={"expected": told.get("expected")})
        for line, told in zip(document.lines, before, strict=True)
    ]
    return body_of(document.model_copy(update={"lines": lines})) == stored


def lookup(documents: Iterable[tuple[Document, str]]) -> dict[tuple[str, str, str, str], Known]:
    """What the books hold of each (document, account), by (type, id, source, account)."""
    wanted: dict[str, set[str]] = {}
    for document, _ in documents:
        wanted.setdefault(document.type, set()).add(document.id)
    known: dict[tuple[str, str, str, str], Known] = {}
    for kind, names in wanted.items():
        rows = models.Document.objects.filter(type=kind, external_id__in=names).order_by("version")
        undone = set(models.Batch.objects.exclude(reverses=None).values_list("reverses_id", flat=True))
        for pk, source, account, name, version, sha, gone, batch in rows.values_list(
            "pk", "source", "account", "external_id", "version", "sha256", "reversed", "batch_id"
        ):
            key = (kind, name, source, account)
            before = known.get(key, NOTHING)
            told = frozenset({sha}) - ({sha} if batch in undone else set())
            known[key] = Known((*before.ids, pk), version, told if gone else before.hashes | told, gone is not None)
    return known
