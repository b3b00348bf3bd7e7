"""Which row is the header, and which layout it belongs to.

The header is found by its names among the first rows (exports put titles and notes before it). Every layout whose
required headings are all there is a candidate; the one that explains most of the file's headings wins, and where two
explain it about equally well the person is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from entrepot.channels.files.grid import LINE, Grid
from entrepot.channels.files.layout import Layout, Mapping, normal
from entrepot.channels.files.refusals import refuse

HEADER_ROWS = 60
"""How many rows from the top may stand before the header."""

TYPE_HEADINGS = ("type", "documenttype", "单据类型")
"""Headings (normal form) of the column in which a template's rows may say their document type."""

_MARGIN = 0.05


@dataclass(frozen=True)
class Question:
    """What must be chosen before the file can be read.

    ``code`` is one of ``layout``, ``column`` (which heading holds ``field``), ``number_style``, ``date_order``,
    ``currency``, ``zone``, ``shop``, ``location``, ``as_of``; ``choices`` are the possible answers, empty = free.
    """

    code: str
    text: str
    field: str = ""
    choices: tuple[str, ...] = ()
    found: str = ""


@dataclass(frozen=True)
class Header:
    """The header of one grid: its row, its headings, and which column holds which field of ``layout``."""

    grid: Grid
    row: int
    line: int
    headings: tuple[str, ...]
    layout: Layout | None
    columns: dict[str, int] = field(default_factory=dict[str, int])
    questions: tuple[Question, ...] = ()
    others: tuple[str, ...] = ()
    """Further sheets with the same kind of table, which are not read."""


def recognise(
    grids: Sequence[Grid], layouts: Iterable[Layout], chosen: str | None = None, mapping: Mapping | None = None
) -> Header:
    """The header of the file: of the sheet that a layout explains best.

    ``chosen`` names the layout, ``mapping`` names columns too. Raises ``ProblemError`` where a needed heading stands
    twice or the chosen layout does not exist; what is not clear comes back as questions.
    """
    known = list(layouts)
    wanted = mapping.layout if mapping else chosen
    if wanted is not None:
        known = [layout for layout in known if layout.code == wanted]
        if not known:
            raise refuse("layout_unknown", "there is no such layout", "choose one of the layouts listed", found=wanted)
    scored = [c for grid in grids for c in _candidates(grid, known, mapping)]
    if not scored:
        return _unknown(grids[0], known if wanted else [], mapping)
    scored.sort(key=lambda c: -c[0])
    best = scored[0]
    close = {c[1].layout.code: c[1] for c in scored if c[0] > best[0] - _MARGIN and c[1].layout}
    if len(close) > 1:
        header = best[1]
        question = Question("layout", "the columns fit several kinds of file: which one is it?", choices=tuple(close))
        return Header(header.grid, header.row, header.line, header.headings, None, questions=(question,))
    return _checked(replace(best[1], others=_others(best[1], [c[1] for c in scored])))


def shows_header(text: str, layouts: Iterable[Layout]) -> bool:
    """Whether a line near the top spells all required headings of a layout, some of them not in ASCII."""
    needed = [({normal(n) for n in f.names} for f in layout.required) for layout in layouts]
    rows: list[set[str]] = []
    for line in text.splitlines()[:HEADER_ROWS]:
        rows += [{normal(cell.strip('" ')) for cell in line.split(mark)} for mark in "\t;,|"]
    for names in needed:
        wanted = list(names)
        for row in rows:
            if all(row & want for want in wanted) and any(not cell.isascii() for want in wanted for cell in row & want):
                return True
    return False


def _candidates(grid: Grid, layouts: list[Layout], mapping: Mapping | None) -> list[tuple[float, Header]]:
    found: dict[str, tuple[float, Header]] = {}
    for row, line, headings in _rows(grid):
        names = [normal(h) for h in headings]
        present = set(names)
        for layout in _stated(grid, row, names, layouts):
            columns = _match(layout, names, mapping)
            if any(f.name not in columns for f in layout.required):
                continue
            explained = len(present & layout.known)
            score = (explained + len(columns) / 1000) / max(1, len(present - {""}))
            if layout.code not in found or score > found[layout.code][0]:
                found[layout.code] = (score, Header(grid, row, line, headings, layout, columns))
    return list(found.values())


def _others(best: Header, candidates: list[Header]) -> tuple[str, ...]:
    names = (c.grid.sheet for c in candidates if c.layout is best.layout and c.grid.cells.height > c.row + 1)
    return tuple(name for name in dict.fromkeys(names) if name and name != best.grid.sheet)


def _rows(grid: Grid) -> list[tuple[int, int, tuple[str, ...]]]:
    if grid.header is not None:
        return [(-1, 1, grid.header)]
    top = grid.cells.head(HEADER_ROWS)
    lines = top[LINE].to_list()
    rows = top.drop(LINE).rows()
    return [(i, lines[i], tuple(cell or "" for cell in row)) for i, row in enumerate(rows)]


def _match(layout: Layout, names: list[str], mapping: Mapping | None) -> dict[str, int]:
    columns: dict[str, int] = {}
    if mapping:
        for name, heading in mapping.columns.items():
            if normal(heading) in names:
                columns[name] = names.index(normal(heading))
    taken, said = set(columns.values()), set(columns)
    present = set(names)
    for heading, name in layout.aliases.items():  # a field's own order: its foremost heading counts
        if heading in present and name not in said:
            at = names.index(heading)
            if at not in taken:
                columns[name] = at
                said.add(name)
    return columns


def _checked(header: Header) -> Header:
    """Refuse a heading that is needed and stands twice: which of the two columns is meant nobody can tell."""
    counts = Counter(normal(h) for h in header.headings)
    for name, index in header.columns.items():
        if counts[normal(header.headings[index])] > 1:
            raise refuse(
                "header_twice",
                "a column heading stands twice",
                "delete or rename one of the two columns",
                line=header.line,
                found=header.headings[index],
                field=name,
            )
    return header


def _stated(grid: Grid, row: int, names: list[str], layouts: list[Layout]) -> list[Layout]:
    """The one template that the file's own ``type`` column names, where it has such a column; else all ``layouts``."""
    for heading in TYPE_HEADINGS:
        if heading in names and row + 1 < grid.cells.height:
            value = grid.cells.row(row + 1)[names.index(heading)]
            return [layout for layout in layouts if layout.code == value] or layouts
    return layouts


def _unknown(grid: Grid, wanted: list[Layout], mapping: Mapping | None) -> Header:
    """No layout fits: take the fullest row as the header and ask."""
    rows = _rows(grid)
    row, line, headings = max(rows, key=lambda r: (sum(1 for h in r[2] if h and not _numeric(h)), -r[0]))
    choices = tuple(h for h in headings if h)
    if wanted:
        layout = wanted[0]
        columns = _match(layout, [normal(h) for h in headings], mapping)
        asked = tuple(
            Question("column", f"which column holds the {f.name.replace('_', ' ')}?", field=f.name, choices=choices)
            for f in layout.required
            if f.name not in columns
        )
        return Header(grid, row, line, headings, layout, columns, asked)
    question = Question(
        "layout",
        "this header is not known: choose the kind of file and name its columns",
        found=", ".join(choices[:12]),
    )
    return Header(grid, row, line, headings, None, questions=(question,))


def _numeric(text: str) -> bool:
    return text.replace(".", "").replace(",", "").replace("-", "").isdigit()
