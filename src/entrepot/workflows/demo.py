"""The sample shop through the same doors as a seller's files, and what came of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.db.models import Count, Sum

from entrepot.books import models
from entrepot.books.models.figures import FAMILY_COLUMNS
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


@dataclass(frozen=True)
class Waiting:
    """What waits in quarantine for one reason; amounts in minor units by currency."""

    code: str
    lines: int
    amounts: dict[str, int]
    remedy: str


@dataclass(frozen=True)
class CompanyFigures:
    """A company's stock and sales in minor units of its currency."""

    code: str
    currency: str
    units: int
    stock_value: int
    without_cost: int
    sales: int
    net: int
    refunded: int
    costs: int

    @property
    def profit(self) -> int:
        """Net sales less refunds and all costs known."""
        return self.net - self.refunded - self.costs


@dataclass(frozen=True)
class LateEffect:
    """What became known of a closed period after its closing: change of stock and of cost of what had left."""

    company: str
    currency: str
    period: str
    items: int
    stock: int
    issues: int


@dataclass(frozen=True)
class Decided:
    """Open proposals of one kind: how many, their money effect and the cash they tie up, by currency."""

    kind: str
    currency: str
    proposals: int
    effect: int
    cash: int


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


def waiting() -> list[Waiting]:
    """Quarantine by reason, most lines first."""
    held = models.Quarantine.objects.filter(state=models.Quarantine.OPEN)
    lines: Counter[str] = Counter()
    amounts: dict[str, dict[str, int]] = {}
    sums = held.order_by().values_list("code", "currency").annotate(n=Sum("lines"), a=Sum("amount"))
    for code, currency, n, amount in sums:
        lines[code] += n
        money = amounts.setdefault(code, {})
        if currency and amount is not None:
            money[currency] = amount
    found = []
    for code, n in lines.most_common():
        problem: Any = held.filter(code=code).values_list("problem", flat=True).first() or {}
        found.append(Waiting(code, n, amounts[code], str(problem.get("remedy", ""))))
    return found


def companies() -> list[CompanyFigures]:
    """Stock and all sales of every company."""
    families = [Sum(name) for name in FAMILY_COLUMNS]
    found = []
    for company in models.Company.objects.order_by("code"):
        stock = models.StockFigure.objects.filter(company=company).aggregate(
            u=Sum("units"), v=Sum("book_cost"), m=Sum("missing")
        )
        sold = models.MarginFigure.objects.filter(company=company, reason="sale").aggregate(
            *families, q=Sum("quantity"), n=Sum("net"), r=Sum("refunded")
        )
        costs = sum(sold[f"{name}__sum"] or 0 for name in FAMILY_COLUMNS)
        found.append(
            CompanyFigures(
                company.code, company.currency, stock["u"] or 0, stock["v"] or 0, stock["m"] or 0, sold["q"] or 0,
                sold["n"] or 0, sold["r"] or 0, costs,
            )
        )  # fmt: skip
    return found


def late_effects() -> list[LateEffect]:
    """For every closed period: what is known now less what was reported."""
    from entrepot.workflows.value_at import adjustment

    found = []
    for period in models.Period.objects.filter(closed=True).select_related("company").order_by("ends"):
        changed = adjustment(period.ends, period.recorded_at)
        mine = changed.filter(changed["company"] == period.company_id)
        local = datetime.fromtimestamp(period.starts / 1e6 + 86_400, UTC)
        found.append(
            LateEffect(
                period.company.code, period.company.currency, f"{local:%Y-%m}", mine["item"].n_unique(),
                int(mine["stock"].sum()), int(mine["issues"].sum()),
            )
        )  # fmt: skip
    return found


def decided() -> list[Decided]:
    """Open proposals by kind and currency, largest effect first."""
    rows = models.Decision.objects.filter(state=models.Decision.OPEN).order_by()
    sums = rows.values_list("kind", "currency").annotate(n=Count("pk"), e=Sum("effect"), c=Sum("cash"))
    found = [Decided(kind, currency, n, effect or 0, cash or 0) for kind, currency, n, effect, cash in sums]
    return sorted(found, key=lambda row: -row.effect)
