"""What comes out of a file: documents with the lines they came from, refused rows, questions, totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from entrepot.channels.files.layout import Layout, Mapping
from entrepot.channels.files.recognise import Question
from entrepot.core.documents import Document
from entrepot.core.errors import Problem, ProblemError


class Sourced(NamedTuple):
    """A document and the lines of the file (1-based) that it was made of, one for each of its rows, in file order.

    ``beside`` marks a second document made of rows that already speak through another one (the refund of an order).
    """

    document: Document
    lines: tuple[int, ...]
    beside: bool = False

    @property
    def first_line(self) -> int:
        return min(self.lines)

    @property
    def last_line(self) -> int:
        return max(self.lines)


@dataclass(frozen=True)
class Rejected:
    """A row that cannot become a document: why, and its cells by heading."""

    problem: Problem
    cells: dict[str, str]

    @property
    def line(self) -> int | None:
        return self.problem.line


@dataclass(frozen=True)
class Aside:
    """A row that carries no fact of its own (a summary, a line that another report brings); counted by its reason."""

    reason: str
    line: int


@dataclass(frozen=True)
class ControlTotals:
    """Sums over all rows of the file, whatever became of them: rows, units, minor units of money by currency."""

    rows: int
    units: int
    money: dict[str, int]


@dataclass
class ParsedFile:
    """A file that was read and recognised.

    While ``questions`` stand open nothing can be made of it: answer them by calling ``open_file`` again with the
    choices. ``documents()`` streams what the rows say; ``rejected``, ``aside`` and ``warnings`` are complete once it is
    exhausted. Every row ends in exactly one of: a document, ``rejected``, ``aside``.
    """

    layout: Layout | None
    questions: tuple[Question, ...]
    headings: tuple[str, ...]
    fingerprint: str
    columns: dict[str, str]
    rows: int
    control_totals: ControlTotals
    sha256: str
    size: int
    kind: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    number_style: str | None = None
    date_order: str | None = None
    preview: tuple[tuple[str, ...], ...] = ()
    """The first rows below the header as they stand, for a person who maps the columns."""
    rejected: list[Rejected] = field(default_factory=list["Rejected"])
    aside: Counter[str] = field(default_factory=Counter[str])
    warnings: list[Problem] = field(default_factory=list[Problem])
    names: dict[str, str] = field(default_factory=dict[str, str])
    """SKU → description, for items that are created from this file."""
    rows_in_documents: int = 0
    _build: Callable[[], Iterator[Sourced | Rejected | Aside]] | None = None

    def documents(self) -> Iterator[Sourced]:
        """The documents of the file, in the order of their first line; may be asked for again.

        Raises ``ProblemError`` while questions are open.
        """
        if self.questions or self._build is None:
            raise ProblemError(
                *(
                    Problem("question_open", q.text, "answer and open the file again", field=q.field)
                    for q in self.questions
                )
            )
        self.rejected.clear()
        self.aside.clear()
        self.rows_in_documents = 0
        for outcome in self._build():
            match outcome:
                case Sourced():
                    self.rows_in_documents += 0 if outcome.beside else len(outcome.lines)
                    yield outcome
                case Rejected():
                    self.rejected.append(outcome)
                case Aside():
                    self.aside[outcome.reason] += 1

    def mapping(self) -> Mapping:
        """How the file was read, to be remembered under :attr:`fingerprint`."""
        return Mapping(self.layout.code if self.layout else "", dict(self.columns), self.number_style, self.date_order)
