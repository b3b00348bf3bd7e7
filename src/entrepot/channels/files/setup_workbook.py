"""One workbook that a seller fills in to start: companies to unpaid bills, a sheet each, and the trial balance it ties to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.channels.files.grid import LINE, Grid
from entrepot.channels.files.limits import WEB, Limits
from entrepot.channels.files.opening import open_sheets
from entrepot.channels.files.parsed import ParsedFile
from entrepot.channels.files.setup_users import USERS, UserRow, read_users, users_sheet
from entrepot.channels.files.template_columns import columns
from entrepot.channels.files.template_words import Language, about, title
from entrepot.channels.files.templates import document_rows, fill_in_sheet
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import major, minor
from entrepot.core.spreadsheet import Cell, FillIn, write_workbook

KINDS = (
    "company", "tax_registration", "location", "supplier", "shop", "item", "listing", "bundle", "fx_rate", "purchase_order",
    "payment", "opening_balance", "shipment", "cost_bill",
)  # fmt: skip
"""Sheets in the order in which one fills them in; what comes later names what came before."""
TRIAL: dict[Language, str] = {"en": "Trial balance", "zh": "试算平衡"}
START: dict[Language, str] = {"en": "Start here", "zh": "从这里开始"}
FIGURES = {"inventory": "存货", "in_transit": "在途存货", "prepayments": "预付账款", "payables": "应付账款"}
"""Figures that finance signs, in English (codes) and Chinese."""
_HEADS: dict[Language, list[str]] = {
    "en": ["Company", "Figure", "Amount", "Currency"], "zh": ["公司", "项目", "金额", "币种"],
}  # fmt: skip
_GUIDE: dict[Language, list[str]] = {
    "en": [
        "Fill in the sheets from left to right; leave out what you do not have. Headings must stay as they are.",
        "Opening balances: one line a lot, with its cost by component and the day on which it was received.",
        "Goods on the way: an opening balance at the place they left, and a shipment that takes them out of it.",
        "Purchase orders with deposits: the order, and the payment that names it. Unpaid bills: as bills, without payment.",
        "Users: who may sign in and as what; no passwords. Each gets one that is said once.",
        "Trial balance: what your books say today, per company. Nothing comes in unless it ties to the cent.",
    ],
    "zh": [
        "从左到右填写各表；没有的可以留空。请勿改动表头。",
        "期初库存：每批一行，填写各项成本和入库日期。",
        "在途货物：先在发出地填期初库存，再填一张发运单把货转出。",
        "已付定金的采购订单：填订单，再填指向该订单的付款。未付账单：只填账单，不填付款。",
        "用户：谁可以登录、什么角色；不填密码，系统为每人生成一次性密码。",
        "试算平衡：按公司填写财务账上的余额。与账差一分钱都不会导入。",
    ],
}


@dataclass(frozen=True)
class TrialFigure:
    """One figure of the trial balance: ``amount`` in minor units of ``currency``; ``line`` of its sheet."""

    company: str
    figure: str
    amount: int
    currency: str
    line: int


@dataclass
class SetupFile:
    """A filled-in workbook: its tables by document type in the order of :data:`KINDS`, and the figures to tie to."""

    tables: dict[str, ParsedFile]
    trial: tuple[TrialFigure, ...]
    users: tuple[UserRow, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    def documents(self) -> Iterator[Any]:
        """What all tables say, in their order."""
        for table in self.tables.values():
            yield from table.documents()


def setup_workbook(language: Language = "en") -> bytes:
    """The empty workbook.

    >>> setup_workbook("zh")[:2]
    b'PK'
    """
    guide: list[list[Cell]] = [[line] for line in _GUIDE[language]]
    listed: list[list[Cell]] = [[f"{title(kind, language)}: {about(kind, language)}"] for kind in KINDS]
    figures = list(FIGURES) if language == "en" else list(FIGURES.values())
    trial = FillIn(TRIAL[language], _HEADS[language], (), (0,), {1: figures})
    return write_workbook(
        [
            FillIn(START[language], ["Entrepot"], [*guide, *listed]),
            *(fill_in_sheet(k, language) for k in KINDS),
            users_sheet(language),
            trial,
        ]
    )


def filled_workbook(
    papers: Iterable[Any], signed: Iterable[tuple[str, str, int, str]], language: Language = "en", *, currency: str = "USD"
) -> bytes:  # fmt: skip
    """The workbook with documents in it. ``signed``: company, figure, amount in minor units and currency of the trial balance;
    ``currency`` stands where a sheet needs one and a document names none."""
    by_kind: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for paper in papers:
        by_kind[paper.type].append(paper)
    sheets: list[FillIn] = []
    for kind, told in by_kind.items():
        rows = [
            [row.get(column.name) for column in columns(kind)]
            for one in told
            for row in document_rows(one, language, currency)
        ]
        sheets.append(fill_in_sheet(kind, language, rows))
    trial: list[list[Cell]] = [
        [company, figure if language == "en" else FIGURES[figure], major(amount, unit), unit]
        for company, figure, amount, unit in signed
    ]
    return write_workbook([*sheets, FillIn(TRIAL[language], _HEADS[language], trial)])


def open_setup(file: Path | str | bytes, *, limits: Limits = WEB, bounded: bool = True, **settings: Any) -> SetupFile:
    """A filled-in workbook; ``settings`` as of :func:`~entrepot.channels.files.opening.open_file` (``zone``, ``currency`` …).

    Raises ``ProblemError``: not such a workbook, a sheet without its headings, a trial balance that cannot be read.
    """
    names = {title(kind, language)[:31]: kind for kind in KINDS for language in TRIAL}
    tables, others = open_sheets(file, names, limits=limits, bounded=bounded, **settings)
    trial = [grid for name, grid in others.items() if name in TRIAL.values()]
    people = [grid for name, grid in others.items() if name in USERS.values()]
    if not tables and not trial and not people:
        raise ProblemError(
            Problem(
                "no_setup_workbook", "none of the sheets is one of the set-up workbook", "fill in the empty workbook"
            )
        )
    ordered = {kind: tables[kind] for kind in KINDS if kind in tables}
    return SetupFile(
        ordered, tuple(figure for grid in trial for figure in _figures(grid)),
        tuple(row for grid in people for row in read_users(grid)),
    )  # fmt: skip


def _figures(grid: Grid) -> Iterator[TrialFigure]:
    for row in grid.cells.slice(1).iter_rows(named=True):
        line = int(row[LINE])
        cells = [str(row.get(f"c{i}") or "").strip() for i in range(4)]
        if any(cells):
            yield _figure(cells, line, grid.sheet)


def _figure(cells: list[str], line: int, sheet: str) -> TrialFigure:
    company, said, amount, currency = cells
    code = next((en for en, zh in FIGURES.items() if said.casefold() in (en, zh)), "")
    if not company or not code or not currency:
        raise _problem("the trial balance needs company, figure and currency",
                       f"choose a figure: {', '.join(FIGURES)}", sheet, line, " | ".join(cells))  # fmt: skip
    try:
        figure = minor(amount.replace(",", "").replace("，", ""), currency.upper())
    except ProblemError as error:
        first = error.problems[0]
        raise _problem(first.message, first.remedy, sheet, line, f"{amount} {currency}") from None
    return TrialFigure(company, code, figure, currency.upper(), line)


def _problem(message: str, remedy: str, sheet: str, line: int, found: str) -> ProblemError:
    return ProblemError(Problem("bad_trial_balance", message, remedy, document=sheet, line=line, found=found[:200]))
