"""What can be wrong with a file or a row, in the reader's language: code to what is wrong and what makes it right."""

from __future__ import annotations

from django.utils.functional import Promise

PROBLEMS: dict[str, tuple[Promise, Promise]] = {}
