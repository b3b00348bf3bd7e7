"""Starting in the middle of a year: one workbook becomes the books, all or nothing, and only if it ties to the accounts.

What is compared, per company and to the cent: the stock at book cost, what of it is in transit, deposits paid on goods that
were not billed, and bills not paid (those in foreign currencies at their own rates, or all at the rates of the day of the
opening). A workbook that does not tie is refused with every difference; nothing of it comes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from django.db import transaction
from django.db.models import Max

from entrepot.books import intake, models
from entrepot.books.facts import FOREVER
from entrepot.books.intake import IntakeReport, Policy, personal
from entrepot.books.intake.directory import Directory
from entrepot.channels.files.limits import COMMAND_LINE, Limits
from entrepot.channels.files.setup_workbook import SetupFile, TrialFigure, open_setup
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.exchange_entries import foreign_bills, unrealised
from entrepot.workflows.month_figures import BOOK_COMPONENTS
from entrepot.workflows.prepayments import outstanding
from entrepot.workflows.set_up_users import add_people
from entrepot.workflows.value_at import value_at


@dataclass(frozen=True)
class Tie:
    """One figure of the trial balance beside what the workbook comes to, in minor units of ``currency``."""

    company: str
    figure: str
    signed: int
    found: int
    currency: str
    line: int

    @property
    def difference(self) -> int:
        """What the workbook comes to less what was signed: 0 where it ties."""
        return self.found - self.signed


@dataclass
class SetUp:
    """What a workbook held, by document type, and how it ties; ``posted`` says whether it came in."""

    documents: dict[str, int] = field(default_factory=dict[str, int])
    problems: list[Problem] = field(default_factory=list[Problem])
    ties: list[Tie] = field(default_factory=list[Tie])
    report: IntakeReport | None = None
    posted: bool = False
    users: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Name and first password of each person who came in; stored nowhere, to be said once."""


class _Row(NamedTuple):
    problem: Problem
    row: dict[str, str]


def set_up_books(
    path: Path | str, *, dry_run: bool = False, actor: str = "", recorded_at: Instant | None = None,
    limits: Limits = COMMAND_LINE, bounded: bool = True, progress: Progress = SILENT, name: str = "",
    users_allowed: bool = True, **settings: Any,
) -> SetUp:  # fmt: skip
    """Post a filled-in workbook as one batch, or say what keeps it out.

    Nothing is posted with ``dry_run``, where a row cannot be posted, or where a figure does not tie: the rows with sheet,
    line, field and remedy, and the figures, stand in the result. ``name`` is what the file was called, where it lies under
    another name; ``users_allowed``: whether who brings it may manage users. ``settings`` (``zone``, ``currency``,
    ``company`` …) fill in what the tables leave open. Raises ``ProblemError`` where the file as a whole is refused.
    """
    at = recorded_at or now()
    progress.begin("reading")
    file = open_setup(path, limits=limits, bounded=bounded, **settings)
    result = SetUp()
    with transaction.atomic():
        first = next(iter(file.tables.values()), None)
        raw = None
        if first is not None and not dry_run:
            raw = personal.keep_file(name or Path(path).name, Path(path).read_bytes(), first.sha256, at)
        result.report = intake.post(
            file.documents(), name=name or Path(path).name, recorded_at=at, actor=actor, layout="set-up",
            policy=Policy("refuse"), file=raw, rejected=_rejected(file), progress=progress,
        )  # fmt: skip
        result.documents = dict(result.report.counts_by_type)
        people, wrong = add_people(file.users, actor, allowed=users_allowed)
        result.problems = [*_questions(file), *result.report.problems, *wrong]
        if people:
            result.documents["user"] = len(people)
        result.ties = [_tie(figure) for figure in file.trial]
        kept_out = result.report.quarantined or result.problems or any(tie.difference for tie in result.ties)
        if dry_run or kept_out:
            transaction.set_rollback(True)
        else:
            result.posted, result.users = True, people
    return result


def _rejected(file: SetupFile) -> Iterable[_Row]:
    return (
        _Row(replace(one.problem, document=one.problem.document or table.sheet), one.cells)
        for table in file.tables.values()
        for one in table.rejected
    )


def _questions(file: SetupFile) -> list[Problem]:
    """What a sheet leaves undecided keeps the whole workbook out."""
    return [
        Problem(
            "sheet_undecided", question.text, "write numbers and dates so that they are clear", document=table.sheet
        )
        for table in file.tables.values()
        for question in table.questions
    ]


def _tie(figure: TrialFigure) -> Tie:
    company = models.Company.objects.filter(code=figure.company).first()
    if company is None or company.currency != figure.currency:
        raise ProblemError(
            Problem(
                "bad_trial_balance", "the trial balance names a company or currency that the workbook does not",
                "write the company's code and its own currency", line=figure.line,
                found=f"{figure.company} {figure.currency}",
            )
        )  # fmt: skip
    return Tie(
        figure.company,
        figure.figure,
        figure.amount,
        _found(company, figure.figure, figure.amount),
        figure.currency,
        figure.line,
    )


def _found(company: models.Company, figure: str, signed: int) -> int:
    if figure in ("inventory", "in_transit"):
        return _stock(company, transit=figure == "in_transit")
    prepaid, owed = outstanding(company, FOREVER, FOREVER)
    if figure == "prepayments":
        return prepaid
    # What part payments at other rates realised is no debt: the rest of a bill is owed at the bill's own rate, or, as the
    # vouchers go on from it, at the rate of the day of the opening.
    foreign = foreign_bills(company, FOREVER, FOREVER)
    owed -= sum(bill.realised for bill in foreign)
    opened = models.Document.objects.filter(company=company, type="opening_balance").aggregate(at=Max("effective_at"))[
        "at"
    ]
    if opened is None:
        return owed
    ends, directory = midnight(local_date(opened, company.zone) + timedelta(days=1), company.zone), Directory()
    stated = owed - sum(unrealised(company, bill, ends, directory) for bill in foreign)
    return stated if signed == stated else owed


def _stock(company: models.Company, *, transit: bool) -> int:
    """Stock at book cost, or what of it is on the way; read from the database, for nothing of it is committed yet."""
    items = list(models.Item.objects.values_list("pk", flat=True))
    stock = value_at(items=items).stock.filter(
        (pl.col("company") == company.pk) & pl.col("component").is_in(BOOK_COMPONENTS)
    )
    if transit:
        cells = models.Cell.objects.filter(company=company).exclude(transit="").values_list("pk", flat=True)
        stock = stock.filter(pl.col("cell").is_in(list(cells)))
    return int(stock["amount"].sum())
