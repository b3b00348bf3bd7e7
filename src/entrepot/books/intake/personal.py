"""Personal data: encrypted under a key of its own, so that destroying the key forgets it."""

from __future__ import annotations

import json
from collections.abc import Collection

from cryptography.fernet import Fernet
from django.db import transaction

from entrepot.books import models
from entrepot.core.calendar import Instant


def keep(document_id: int, fields: dict[str, str], at: Instant) -> None:
    """Store a buyer's fields encrypted under a new key of this order alone."""
    key, content = seal(fields, at)
    models.PersonalData.objects.create(document_id=document_id, key=key, content=content)


def seal(fields: dict[str, str], at: Instant) -> tuple[models.DataKey, bytes]:
    """A new key and the fields encrypted under it."""
    secret = Fernet.generate_key()
    key = models.DataKey.objects.create(secret=secret, created_at=at)
    return key, Fernet(secret).encrypt(json.dumps(fields, sort_keys=True).encode())


def unseal(key: models.DataKey | None, content: bytes | None) -> dict[str, str] | None:
    """The fields, or ``None`` where there are none or their key was destroyed."""
    if key is None or content is None:
        return None
    return json.loads(Fernet(bytes(key.secret)).decrypt(bytes(content)))


def read(document_id: int) -> dict[str, str] | None:
    """The buyer's fields, or ``None`` where there are none or they were forgotten."""
    row = models.PersonalData.objects.filter(document_id=document_id).select_related("key").first()
    return unseal(row.key, row.content) if row is not None else None


def forget(document_ids: list[int], batches: Collection[int] = ()) -> int:
    """Destroy the keys of these orders and of the files they came in, also those of ``batches`` (of an order that waited,
    the import that brought it is not the one that posted it); how many keys are gone."""
    with transaction.atomic():
        keys = set(models.PersonalData.objects.filter(document_id__in=document_ids).values_list("key_id", flat=True))
        keys |= set(models.RawFile.objects.filter(batch__document__in=document_ids).values_list("key_id", flat=True))
        keys |= set(models.RawFile.objects.filter(batch__in=batches).values_list("key_id", flat=True))
        return models.DataKey.objects.filter(pk__in=keys - {None}).delete()[1].get("books.DataKey", 0)


def keep_file(name: str, content: bytes, sha256: str, at: Instant) -> models.RawFile:
    """The bytes of an imported file, encrypted; the same bytes are kept once."""
    found = models.RawFile.objects.filter(sha256=sha256).first()
    if found is not None:
        return found
    secret = Fernet.generate_key()
    key = models.DataKey.objects.create(secret=secret, created_at=at)
    return models.RawFile.objects.create(
        sha256=sha256, name=name[:500], size=len(content), content=Fernet(secret).encrypt(content), key=key
    )
