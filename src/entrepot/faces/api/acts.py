"""What programs may do: post documents, import a file, decide, start and stop work."""

from __future__ import annotations

from ninja import Router

acts = Router(tags=["act"])
