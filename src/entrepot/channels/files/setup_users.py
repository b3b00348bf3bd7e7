"""The sheet of people in the set-up workbook: who may sign in, as what, confined to which companies, shops and places.

No password stands in it: whoever comes in gets one that is said once, or one by ``entrepot user password``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.channels.files.grid import LINE, Grid
from entrepot.channels.files.template_words import Language
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.spreadsheet import FillIn

USERS: dict[Language, str] = {"en": "Users", "zh": "用户"}
ROLES = {"owner": "老板", "finance": "财务", "operations": "运营", "warehouse": "仓库", "viewer": "只读"}
"""Roles, in English (codes) and Chinese."""
HEADS: dict[Language, list[str]] = {
    "en": ["Name", "Role", "Companies", "Shops", "Places"], "zh": ["登录名", "角色", "公司", "店铺", "仓库"],
}  # fmt: skip


@dataclass(frozen=True)
class UserRow:
    """A person of the sheet; codes empty: all. ``line`` of the sheet."""

    name: str
    role: str
    companies: tuple[str, ...]
    shops: tuple[str, ...]
    locations: tuple[str, ...]
    sheet: str
    line: int


def users_sheet(language: Language) -> FillIn:
    """The empty sheet."""
    roles = list(ROLES) if language == "en" else list(ROLES.values())
    return FillIn(USERS[language], HEADS[language], (), (0, 2, 3, 4), {1: roles})


def read_users(grid: Grid) -> Iterator[UserRow]:
    """The people of a sheet. Raises ``ProblemError`` where its headings are not those of the empty workbook."""
    rows = list(grid.cells.iter_rows(named=True))
    heads = [_text(rows[0], i) for i in range(5)] if rows else []
    if heads not in HEADS.values():
        raise ProblemError(
            Problem("sheet_not_understood", f"the sheet {grid.sheet!r} lacks headings that it needs",
                    "take the headings of the empty workbook", document=grid.sheet, found=", ".join(heads)[:200])
        )  # fmt: skip
    for row in rows[1:]:
        cells = [_text(row, i) for i in range(5)]
        if any(cells):
            said = cells[1].casefold()
            role = next((en for en, zh in ROLES.items() if said in (en, zh)), cells[1])
            companies, shops, places = (_codes(cell) for cell in cells[2:])
            yield UserRow(cells[0], role, companies, shops, places, grid.sheet, int(row[LINE]))


def _text(row: dict[str, object], column: int) -> str:
    return str(row.get(f"c{column}") or "").strip()


def _codes(text: str) -> tuple[str, ...]:
    for sign in ("，", "、", ";", "；", "\n"):
        text = text.replace(sign, ",")
    return tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
