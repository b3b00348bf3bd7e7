"""``entrepot import`` and ``entrepot undo``: a seller's own files into the books, and out again."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import actor, open_books

if TYPE_CHECKING:
    from entrepot.workflows.import_files import Imported, ImportOptions

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
SHOWN = 8
"""Problems of one file that are printed in full."""

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV, TSV, XLSX or Parquet, in the order given.")]
Channel = Annotated[str | None, typer.Option("--channel", "--shop", help="Code of the shop that the orders are of.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217 code, where the file does not say.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of times without one, e.g. Europe/London.")]
Company = Annotated[str | None, typer.Option(help="Code of the company, where the file does not say.")]
Location = Annotated[str | None, typer.Option(help="Code of the place, where the file does not say.")]
LayoutCode = Annotated[str | None, typer.Option("--layout", help="Layout or document type, where several would fit.")]
NewItems = Annotated[str, typer.Option(help="refuse: lines of unknown SKUs wait; create: they become items.")]
MappingText = Annotated[
    str | None, typer.Option("--mapping", help='Columns by hand: JSON or a file of it, {"layout": …, "columns": {…}}.')
]
NumberStyle = Annotated[str | None, typer.Option(help="point (1,234.56) or comma (1.234,56).")]
DateOrder = Annotated[str | None, typer.Option(help="day_first or month_first.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a text file, e.g. gb18030.")]
Delimiter = Annotated[str | None, typer.Option(help="Delimiter of a text file.")]
Site = Annotated[str | None, typer.Option(help="Country of the marketplace, e.g. DE.")]
AsOf = Annotated[str | None, typer.Option(help="Instant of a stock file that does not say its own (ISO 8601).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would come in.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def import_files(  # noqa: PLR0917 - options of a command
    files: Files,
    channel: Channel = None,
    currency: Currency = None,
    zone: Zone = None,
    company: Company = None,
    location: Location = None,
    layout: LayoutCode = None,
    new_items: NewItems = "refuse",
    mapping: MappingText = None,
    number_style: NumberStyle = None,
    date_order: DateOrder = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    site: Site = None,
    as_of: AsOf = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Import files: totals first, then (on a terminal) a question, then all or nothing of each file."""
    _one_of("new-items", new_items, ("refuse", "create"))
    _one_of("number-style", number_style, ("point", "comma"))
    _one_of("date-order", date_order, ("day_first", "month_first"))
    missing = [path.name for path in files if not path.is_file()]
    if missing:
        raise ProblemError(Problem("file_missing", "there is no such file", "check the path", found=", ".join(missing)))
    open_books()
    from entrepot.workflows.import_files import ImportOptions
    from entrepot.workflows.templates import own_file_bounds

    chosen: dict[str, Any] = {
        "shop": channel, "currency": currency, "zone": zone, "company": company, "location": location, "layout": layout,
        "number_style": number_style, "date_order": date_order, "encoding": encoding, "delimiter": delimiter,
        "site": site, "new_items": new_items, "limits": own_file_bounds(), "as_of": _instant(as_of),
    }  # fmt: skip
    options = ImportOptions(**chosen, mapping=_mapping(mapping))
    ask = on_terminal() and not yes
    posted = 0
    try:
        for path in files:
            if (dry_run or ask) and not _tried(path, options, last=dry_run):
                continue
            if not dry_run:
                posted += _post(path, options, tell=not ask)
    finally:
        # A file that is refused does not keep those before it from being valued.
        if posted:
            _revalue()


def undo(
    batch: Annotated[int, typer.Argument(help="Number of the import, as `entrepot import` printed it.")],
    yes: Yes = False,
) -> None:
    """Take a whole import back, as one reversing batch."""
    open_books()
    from entrepot.books import intake
    from entrepot.books.models import Batch
    from entrepot.faces.cli.printing import count, say
    from entrepot.workflows.clock import now

    row = Batch.objects.filter(pk=batch).first()
    if row is None:
        raise ProblemError(Problem("unknown_batch", "there is no such import", "see Data health", found=str(batch)))
    if on_terminal() and not yes:
        typer.confirm(f"Undo import {batch} ({row.name}, {row.posted} documents)?", abort=True)
    report = intake.reverse_batch(batch, recorded_at=now(), actor=actor())
    say(f"import {batch} ({row.name}) undone as batch {report.batch}: {count(row.posted)} documents taken back")
    _revalue()


def on_terminal() -> bool:
    """Whether a person sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def import_new(folder: Path) -> int:
    """Import the files of ``folder`` whose bytes are not in the books yet; how many documents came in.

    A file that cannot be imported as it is (an open question, not a table) is said and left where it is.
    """
    import hashlib

    from entrepot.books.models import RawFile
    from entrepot.faces.cli.printing import problems
    from entrepot.workflows.import_files import ImportOptions
    from entrepot.workflows.templates import own_file_bounds

    posted = 0
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if RawFile.objects.filter(sha256=digest).exists():
            continue
        try:
            posted += _post(path, ImportOptions(limits=own_file_bounds()), tell=False)
        except ProblemError as error:
            problems(error.problems)
    return posted


def show(found: Imported, *, title: str) -> None:
    """What came in, or would: totals, documents by type, what waits and why, what was assumed."""
    from entrepot.faces.cli.printing import amounts, count, say, table

    report = found.report
    assert report is not None
    say("", title)
    posted, known, held = (count(n) for n in (report.posted_lines, report.repeated_lines, report.quarantined_lines))
    lines = f"{posted} posted · {known} known already · {held} in quarantine"
    rows = [
        ("layout", found.layout),
        ("rows", count(found.rows)),
        ("lines", lines),
        ("documents", " · ".join(f"{count(n)} {kind}" for kind, n in report.counts_by_type.most_common())),
        ("units moved", count(report.totals["units"]) if report.totals["units"] else ""),
        ("money stated", amounts(report.totals)),
        ("corrected", count(report.corrected) if report.corrected else ""),
        ("released", f"{count(report.released)} that had waited for this" if report.released else ""),
        ("left aside", " · ".join(f"{count(n)} {reason.replace('_', ' ')}" for reason, n in found.aside.items())),
        ("set up", " · ".join(f"{what} (assumed)" for what in found.assumed)),
    ]  # fmt: skip
    for name, value in rows:
        if value:
            say(f"  {name:<12} {value}")
    table(
        "Waits in quarantine", ("lines", "reason", "for example", "what to do"),
        [(count(n), code.replace("_", " "), *_example(report, code))
         for code, n in report.counts_by_code.most_common()],
        right=(0,),
    )  # fmt: skip
    for warning in found.warnings[:SHOWN]:
        say(f"  note: {warning}")


def _example(report: Any, code: str) -> tuple[str, str]:
    """Place and remedy of one row with this reason: of the first problems kept, else as it stands in quarantine."""
    from entrepot.books.models import Quarantine

    kept: dict[str, Any] | None = next((asdict(p) for p in report.problems if p.code == code), None)
    if kept is None and report.batch is not None:
        held = Quarantine.objects.filter(batch=report.batch, code=code)
        kept = held.values_list("problem", flat=True).first()
    if kept is None:
        return "", ""
    problem = Problem(**kept)
    return ": ".join(part for part in (problem.where, problem.found[:60]) if part), problem.remedy


def _tried(path: Path, options: ImportOptions, *, last: bool) -> bool:
    """Show what the file would bring; whether to go on."""
    from entrepot.faces.cli.bars import Bars
    from entrepot.workflows.import_files import import_file

    with Bars(f"trying {path.name}") as bars:
        found = import_file(path, options, dry_run=True, actor=actor(), progress=bars)
    _answered(found, path)
    show(found, title=f"{path.name} would bring:")
    return not last and typer.confirm("Post it?", default=True)


def _post(path: Path, options: ImportOptions, *, tell: bool) -> int:
    """Post one file; how many documents came in."""
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.import_files import import_file

    with Bars(path.name) as bars:
        found = import_file(path, options, actor=actor(), opened=_totals if tell else lambda _: None, progress=bars)
    _answered(found, path)
    report = found.report
    assert report is not None
    show(found, title=f"{path.name}: import {report.batch}")
    say(f"  undo with    entrepot undo {report.batch}" if report.posted else "  nothing new: the books are unchanged")
    return report.posted + report.released


def _totals(found: Imported) -> None:
    """Control totals of a file before any of it is posted, to hold against the program that exported it."""
    from entrepot.faces.cli.printing import amounts, count, say

    totals = found.control_totals
    line = f"{found.name}: {count(totals.rows)} rows read as {found.layout}, {count(totals.units)} units"
    say(", ".join(part for part in (line, amounts(totals.money)) if part))


def _answered(found: Imported, path: Path) -> None:
    """Refuse a file that leaves something open, and say how to answer."""
    if not found.questions:
        return
    raise ProblemError(*(_question(question, path) for question in found.questions))


_ANSWERS = {
    "layout": "--layout CODE", "number_style": "--number-style STYLE", "date_order": "--date-order ORDER",
    "currency": "--currency EUR, say", "zone": "--zone Europe/London, say", "shop": "--channel CODE",
    "location": "--location CODE", "as_of": "--as-of 2026-10-31T00:00+00:00, say",
}  # fmt: skip


def _question(question: Any, path: Path) -> Problem:
    option = _ANSWERS.get(question.code, "")
    if question.code == "column":
        remedy = f"""pass --mapping '{{"layout": "…", "columns": {{"{question.field}": "HEADING"}}}}'"""
    else:
        remedy = f"pass {option}" if option else "answer it"
    if question.choices:
        remedy += f" (one of: {', '.join(question.choices)})"
    return Problem(
        "question_open", question.text, remedy, document=path.name, field=question.field, found=question.found
    )


def _mapping(text: str | None) -> Any:
    if text is None:
        return None
    from entrepot.workflows.import_files import Mapping

    try:
        path = Path(text)
        return Mapping.from_json(text if text.lstrip().startswith("{") else path.read_text("utf-8"))
    except (ValueError, TypeError, OSError) as error:
        raise ProblemError(
            Problem("bad_mapping", "the mapping cannot be read", 'write {"layout": "…", "columns": {"sku": "Heading"}}',
                    field="mapping", found=str(error)[:200])
        ) from None  # fmt: skip


def _instant(text: str | None) -> Any:
    if text is None:
        return None
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ProblemError(
            Problem("bad_instant", "this is no date", "write it as 2026-10-31T00:00+00:00", field="as-of", found=text)
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _one_of(name: str, value: str | None, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise ProblemError(
            Problem("bad_option", f"--{name} does not know this", f"choose one of {', '.join(choices)}", found=value)
        )


def _revalue() -> None:
    from entrepot.faces.cli.figures import revalue_and_say

    revalue_and_say()
