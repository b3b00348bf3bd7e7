"""The sample shop through the same doors as a seller's files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from entrepot.books import models
from entrepot.core.calendar import Instant, to_instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.import_files import Imported, ImportOptions, import_file

ACTOR = "demo"
"""Who imported the sample shop's files."""


@dataclass(frozen=True)
class DemoFile:
    """A file of the sample shop, what must be said beside it, and the day on which the seller had it."""

    path: Path
    known: date
    options: dict[str, Any]


@dataclass
class CameIn:
    """Sums over the files of one run."""

    files: int = 0
    skipped: int = 0
    rows: int = 0
    posted: int = 0
    repeated: int = 0
    documents: Counter[str] = field(default_factory=Counter[str])


def files_in(folder: Path) -> list[DemoFile]:
    """The sample shop's files by its ``manifest.json``, in import order; none where there is no manifest."""
    path = folder / "manifest.json"
    if not path.exists():
        return []
    listed: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["files"]
    return [DemoFile(folder / f["file"], date.fromisoformat(f["known"]), _options(f["options"])) for f in listed]


def _options(stored: dict[str, Any]) -> dict[str, Any]:
    if "as_of" in stored:
        return {**stored, "as_of": datetime.fromisoformat(stored["as_of"])}
    return dict(stored)


def lay_rules(folder: Path, home: Path) -> int:
    """The sample's own rule files (rate card, ways out, levies) into the home; what lies there stays. How many were laid."""
    laid = 0
    for file in sorted((folder / "rules").rglob("*.toml")):
        target = home / "rules" / file.relative_to(folder / "rules")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            laid += 1
    return laid


def refuse_other_books() -> None:
    """The sample shop does not move into a real seller's books: refused where anything else came first."""
    first = models.Batch.objects.order_by("pk").first()
    if first is not None and first.actor != ACTOR:
        raise ProblemError(
            Problem(
                "not_a_demo", "these books hold other data than the sample shop",
                "use another folder: entrepot --home demo-data demo", found=first.name,
            )
        )  # fmt: skip


def import_all(
    files: Iterable[DemoFile],
    *,
    told: Callable[[Imported | None, DemoFile], None] = lambda imported, file: None,
    progress: Progress = SILENT,
) -> CameIn:
    """Import ``files`` as of the days on which the seller had them; those imported before are passed over."""
    came = CameIn()
    done = set(models.Batch.objects.filter(actor=ACTOR).values_list("name", flat=True))
    for place, file in enumerate(files):
        if file.path.name in done:
            came.skipped += 1
            told(None, file)
            continue
        found = import_file(
            file.path, ImportOptions(**file.options, bounded=False), actor=ACTOR, recorded_at=_instant(file.known, place),
            progress=progress,
        )  # fmt: skip
        if found.questions or found.report is None:
            raise ProblemError(*(Problem("question_open", q.text, "", document=found.name) for q in found.questions))
        came.files += 1
        came.rows += found.rows
        came.posted += found.report.posted_lines
        came.repeated += found.report.repeated_lines
        came.documents.update(found.report.counts_by_type)
        told(found, file)
    return came


def _instant(known: date, place: int) -> Instant:
    """Evening of the day, a second later for each file, so that the order of the files is the order of knowing."""
    return to_instant(datetime.combine(known, time(18), UTC)) + place * 1_000_000
