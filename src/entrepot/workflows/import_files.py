"""A seller's file into the books: read, recognised, posted as one batch; or only tried, to show what would come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from entrepot.books import intake, models
from entrepot.books.intake import IntakeReport, Policy, personal
from entrepot.channels.files.opening import open_file
from entrepot.channels.files.parsed import Mapping, ParsedFile
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import Company, Location, Shop
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now

SERVICES = frozenset(
    {"postage", "dotcom postage", "carriage", "shipping", "delivery", "manual", "discount", "samples", "bank charges",
     "commission", "amazon fee", "adjust bad debt", "cruk commission", "gift wrap", "运费", "邮费", "手续费", "折扣", "补差价"}
)  # fmt: skip
"""Names of order lines that are money, not goods; such items are created as services and never planned."""


@dataclass(frozen=True)
class ImportOptions:
    """What the file leaves open. ``new_items``: "create" makes unknown SKUs items, "refuse" lets their lines wait."""

    shop: str | None = None
    currency: str | None = None
    zone: str | None = None
    company: str | None = None
    location: str | None = None
    as_of: datetime | None = None
    layout: str | None = None
    mapping: Mapping | None = None
    number_style: Any = None
    date_order: Any = None
    encoding: str | None = None
    delimiter: str | None = None
    site: str | None = None
    new_items: str = "refuse"
    limits: Any = None
    bounded: bool = True
    """Read in a process of its own under ``limits``; files that this program wrote itself need none."""

    def reading(self) -> dict[str, Any]:
        """The part that reading the file needs."""
        names = ("shop", "currency", "zone", "company", "location", "as_of", "layout", "mapping", "number_style",
                 "date_order", "encoding", "delimiter", "site")  # fmt: skip
        chosen = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        limits = {"limits": self.limits} if self.limits is not None else {}
        return {**chosen, **limits, "bounded": self.bounded}

    def stored(self) -> dict[str, Any]:
        """What is kept beside the batch."""
        chosen = self.reading()
        chosen.pop("mapping", None)
        chosen.pop("limits", None)
        chosen.pop("bounded")
        return {**{k: str(v) for k, v in chosen.items()}, "new_items": self.new_items}


@dataclass
class Imported:
    """What a file held and what became of it."""

    name: str
    layout: str
    rows: int
    questions: tuple[Any, ...] = ()
    report: IntakeReport | None = None
    aside: dict[str, int] = field(default_factory=dict[str, int])
    warnings: list[Problem] = field(default_factory=list[Problem])
    control_totals: Any = None
    assumed: tuple[str, ...] = ()
    """Companies, places and shops that were set up because the command named them and the books did not know them."""


class _Row(NamedTuple):
    problem: Problem
    row: dict[str, str]


def import_file(
    path: Path | str,
    options: ImportOptions | None = None,
    *,
    name: str = "",
    dry_run: bool = False,
    actor: str = "",
    recorded_at: Instant | None = None,
    opened: Callable[[Imported], None] = lambda imported: None,
    progress: Progress = SILENT,
) -> Imported:
    """Post the file at ``path``, all or nothing; with ``dry_run`` only say what would happen.

    ``opened`` is told what the file holds (its control totals) before anything of it is posted.
    Open questions (layout, number style, day and month) come back in ``questions`` and nothing is posted. Raises
    :class:`~entrepot.core.errors.ProblemError` for a file that is refused as a whole.
    """
    chosen, at = options or ImportOptions(), recorded_at or now()
    progress.begin("reading")
    with transaction.atomic():
        assumed = set_up(chosen, at, actor)
        file = _open(Path(path), chosen)
        result = _describe(file, name or Path(path).name, assumed)
        if file.questions:
            transaction.set_rollback(True)
            return result
        opened(result)
        raw = None if dry_run else _keep(Path(path), result.name, file, at)
        result.report = intake.post(
            file.documents(), name=result.name, recorded_at=at, actor=actor, layout=_code(file),
            policy=_policy(chosen, file), options=chosen.stored(), mapping=_mapping(file), file=raw,
            rejected=_rows(file), dry_run=dry_run, progress=progress,
        )  # fmt: skip
        result.aside, result.warnings = dict(file.aside), list(file.warnings)
        if dry_run:
            transaction.set_rollback(True)
        elif chosen.mapping is not None:
            _remember(file, at, actor)
    return result


def _policy(options: ImportOptions, file: ParsedFile) -> Policy:
    return Policy(options.new_items, file.names, _services(file.names))


def _services(names: dict[str, str]) -> frozenset[str]:
    """SKUs of order lines that are no goods by their name: postage, discounts, manual corrections, fees."""
    return frozenset(sku for sku, name in names.items() if name.strip().casefold() in SERVICES)


def _open(path: Path, options: ImportOptions) -> ParsedFile:
    """The file as read; a mapping that was chosen for the same headings before is used again."""
    file = open_file(path, **options.reading())
    if options.mapping is None and options.layout is None and file.questions:
        known = models.LayoutMapping.objects.filter(fingerprint=file.fingerprint).first()
        if known is not None:
            return open_file(path, **{**options.reading(), "mapping": Mapping(**known.mapping)})
    return file


def _describe(file: ParsedFile, name: str, assumed: tuple[str, ...]) -> Imported:
    return Imported(name, _code(file), file.rows, file.questions, control_totals=file.control_totals, assumed=assumed)


def _code(file: ParsedFile) -> str:
    return file.layout.code if file.layout else ""


def _mapping(file: ParsedFile) -> dict[str, Any]:
    return dict(file.mapping().__dict__)


def _rows(file: ParsedFile) -> Iterable[_Row]:
    """Rows that became no document; complete once the documents are exhausted."""
    for rejected in file.rejected:
        yield _Row(rejected.problem, rejected.cells)


def _keep(path: Path, name: str, file: ParsedFile, at: Instant) -> models.RawFile:
    return personal.keep_file(name, path.read_bytes(), file.sha256, at)


def _remember(file: ParsedFile, at: Instant, actor: str) -> None:
    models.LayoutMapping.objects.update_or_create(
        fingerprint=file.fingerprint,
        defaults={"layout": _code(file), "mapping": _mapping(file), "recorded_at": at, "actor": actor},
    )


def set_up(options: ImportOptions, at: Instant, actor: str) -> tuple[str, ...]:
    """Company, place and shop that the command names and the books do not know yet: created and said to be assumed."""
    if not options.shop or models.Shop.objects.filter(code=options.shop).exists():
        return ()
    if not options.currency:
        raise ProblemError(
            Problem(
                "unknown_shop", "the channel is not in the books", "give its currency too, and it is set up",
                field="channel", found=options.shop,
            )
        )  # fmt: skip
    moment, zone = to_datetime(at), options.zone or "UTC"
    company, made = options.company or "", []
    if not company and models.Company.objects.count() == 1:
        company = models.Company.objects.get().code
    if not company or not models.Company.objects.filter(code=company).exists():
        company = company or "main"
        made.append(Company(id=company, name=company, currency=options.currency, zone=zone, effective_at=moment))
    place = options.location or f"{options.shop}-stock"
    if not models.Location.objects.filter(code=place).exists():
        made.append(Location(id=place, name=place, effective_at=moment))
    made.append(
        Shop(
            id=options.shop, name=options.shop, company=company, currency=options.currency, zone=zone, location=place,
            effective_at=moment,
        )
    )  # fmt: skip
    intake.post(made, name=f"set-up of {options.shop}", recorded_at=at, actor=actor, layout="set-up")
    return tuple(f"{document.type} {document.id}" for document in made)
