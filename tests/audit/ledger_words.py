"""The words in which the small seller's documents are written: days of 2026, documents, references."""

from datetime import UTC, datetime
from typing import Any

from entrepot.core.documents import parse

DAY = 86_400_000_000
START = 1_767_225_600_000_000
"""2026-01-01T00:00Z in microseconds."""


def day(number: float) -> int:
    """Instant of a day of 2026 (0 = 1 January), UTC."""
    return START + int(number * DAY)


def at(number: float) -> str:
    """The same as ISO text."""
    return datetime.fromtimestamp(day(number) / 1_000_000, UTC).isoformat()


def document(kind: str, name: str, when: float, /, **fields: Any) -> Any:
    """A typed document; ``when`` in days of 2026."""
    return parse({"type": kind, "id": name, "effective_at": at(when), **fields})


def ref(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    """A reference to a document or to one of its lines."""
    return {"type": kind, "id": name, **({"line": line} if line else {})}


def births(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    return {"kind": "births", "document": ref(kind, name, line)}


def issue(kind: str, name: str, line: int | None = None) -> dict[str, Any]:
    return {"kind": "issue", "document": ref(kind, name, line)}
