"""Names in the reader's language."""

from __future__ import annotations

from django.utils.translation import get_language


def named(name: str, name_zh: str) -> str:
    """The Chinese name for who reads Chinese, else the other one; either where the other is missing."""
    chinese = (get_language() or "").startswith("zh")
    return (name_zh or name) if chinese else (name or name_zh)
