"""Answers of the twin as they are kept: small files beside the books, by question and version of the books."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from entrepot import __version__
from entrepot.books import models

FORM = 3
"""Form of the kept figures and answers; what another form wrote is not read."""
KEPT = 60
"""Answers kept; the oldest go."""
Said = dict[str, Any]


def folder() -> Path:
    """Where scenarios are kept."""
    found = Path(settings.HOME) / "scenarios"
    found.mkdir(parents=True, exist_ok=True)
    return found


def version_of(company: models.Company) -> str:
    """What the kept figures rest on: this program, newest fact, newest forecast, newest word about a strategy, a supplier's offer
    or a promotion, and the seller's own rule files. Five queries."""
    fact = models.Document.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first() or 0
    forecast = models.DemandRun.objects.filter(company=company).order_by("-made_at").values_list("made_at", flat=True)
    words = models.PlanOverride.objects.filter(company=company, line=None)
    uplifts = models.Uplift.objects.filter(company=company)
    said = [
        rows.aggregate(said=Max("pk"), back=Max("withdrawn_at"))
        for rows in (words, models.SupplierOffer.objects.all(), uplifts)
    ]
    told = "-".join(f"{one['said'] or 0}.{one['back'] or 0}" for one in said)
    return f"{FORM}-{__version__}-{fact}-{forecast.first() or 0}-{told}-{_files(Path(settings.HOME))}"


def _files(home: Path) -> str:
    """The seller's rule files and demand settings, by name, size and time of writing."""
    found = sorted(file for part in ("rules", "demand") for file in (home / part).rglob("*") if file.is_file())
    states = [(str(file.relative_to(home)), (s := file.stat()).st_size, s.st_mtime_ns) for file in found]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:10]


FIRST = ".first"
"""Added to the key of a question: its answer from the first futures alone."""


def known(key: str) -> Said | None:
    """The kept answer of a question, if there is one."""
    try:
        return json.loads((folder() / f"{key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep_answer(key: str, answer: Said) -> None:
    """Write an answer, whole or not at all."""
    path = folder() / f"{key}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(answer), encoding="utf-8")
    fresh.replace(path)
    if not key.endswith(FIRST):
        (folder() / f"{key}{FIRST}.json").unlink(missing_ok=True)
    for old in sorted(folder().glob("*.json"), key=lambda one: one.stat().st_mtime_ns)[:-KEPT]:
        old.unlink(missing_ok=True)
