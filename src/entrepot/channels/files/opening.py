"""A seller's file, opened: read, recognised, its styles decided, ready to stream documents.

>>> file = open_file(b"Order ID;SKU;Menge;Preis;Datum\\nA-1;MUG;2;4,50;24.12.2025\\n", shop="own", currency="EUR",
...                  zone="Europe/Berlin", bounded=False)
>>> [(s.document.id, s.document.lines[0].amount, s.lines) for s in file.documents()]
[('A-1', 900, (2,))]
"""

from __future__ import annotations

import tempfile
from collections import abc
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from entrepot.channels.files import sniff
from entrepot.channels.files.date_style import DateOrder
from entrepot.channels.files.grid import LINE, Grid
from entrepot.channels.files.layout import Layout, Mapping, fingerprint, foreign_layouts
from entrepot.channels.files.limits import WEB, Limits
from entrepot.channels.files.number_style import NumberStyle
from entrepot.channels.files.parsed import Aside, ControlTotals, ParsedFile, Rejected, Sourced
from entrepot.channels.files.read import digest, read, read_bounded
from entrepot.channels.files.reading import Reading
from entrepot.channels.files.recognise import Header, recognise, shows_header
from entrepot.channels.files.refusals import nothing_inside, refuse, shorten
from entrepot.channels.files.settings import Settings
from entrepot.channels.files.template_words import EXAMPLE_SHEETS
from entrepot.core.errors import Problem

_PREVIEW = 5


def open_file(
    file: Path | str | bytes,
    *,
    shop: str | None = None,
    currency: str | None = None,
    zone: str | None = None,
    company: str | None = None,
    location: str | None = None,
    as_of: datetime | None = None,
    layout: str | None = None,
    mapping: Mapping | None = None,
    number_style: NumberStyle | None = None,
    date_order: DateOrder | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    site: str | None = None,
    limits: Limits = WEB,
    bounded: bool = True,
) -> ParsedFile:
    """Open a CSV, TSV, XLSX or Parquet file by path or content.

    The codes of ``shop``, ``company`` and ``location``, the ``currency``, the ``zone`` of times without an offset and
    the instant ``as_of`` fill in what the file leaves open. ``layout``, ``mapping``, ``number_style``, ``date_order``,
    ``encoding`` and ``delimiter`` are answers to earlier questions; ``site`` names the marketplace (``"DE"``) whose
    default encoding may serve. Reading happens in a child process under ``limits`` unless ``bounded`` is false.

    Raises ``ProblemError`` where the file as a whole is refused. What is merely undecided stands in ``.questions``.
    """
    said = {k: v for k, v in (mapping.__dict__ if mapping else {}).items() if k in ("number_style", "date_order")}
    settings = Settings(
        shop,
        currency,
        zone,
        company,
        location,
        as_of,
        number_style or said.get("number_style"),
        date_order or said.get("date_order"),
    )
    settings.check()
    opened = _read(file, limits, encoding, delimiter, site, bounded=bounded)
    header = recognise(opened.grids, layouts().values(), layout, mapping)
    return _parsed(header, settings, opened)


def open_sheets(
    file: Path | str | bytes,
    kinds: abc.Mapping[str, str],
    *,
    limits: Limits = WEB,
    bounded: bool = True,
    **settings: Any,
) -> tuple[dict[str, ParsedFile], dict[str, Grid]]:
    """A workbook with a table a sheet: layout code → its table, for the sheets named in ``kinds`` (sheet → layout code);
    and the cells of all other sheets by name. A sheet without rows is left out.

    Raises ``ProblemError`` as :func:`open_file` does; a sheet that is not what its name says is refused by that name.
    """
    chosen = Settings(**settings)
    chosen.check()
    opened = _read(file, limits, None, None, None, bounded=bounded)
    tables: dict[str, ParsedFile] = {}
    others: dict[str, Grid] = {}
    for grid in opened.grids:
        kind = kinds.get(grid.sheet)
        if kind is None:
            others[grid.sheet] = grid
            continue
        header = recognise([grid], layouts().values(), kind, None)
        if header.layout is None:
            raise refuse(
                "sheet_not_understood",
                f"the sheet {grid.sheet!r} lacks headings that it needs",
                "take the headings of the empty workbook",
                found=grid.sheet,
            )
        parsed = _parsed(header, chosen, opened)
        if parsed.rows:
            tables[kind] = parsed
    return tables, others


class _Opened(NamedTuple):
    """What was read of a file."""

    grids: Sequence[Grid]
    sha: str
    size: int
    kind: str


def _read(
    file: Path | str | bytes,
    limits: Limits,
    encoding: str | None,
    delimiter: str | None,
    site: str | None,
    *,
    bounded: bool,
) -> _Opened:
    with _on_disk(file) as path:
        if path.stat().st_size > limits.size:
            raise refuse(
                "file_too_large",
                f"the file is larger than {limits.size >> 20} MB",
                "split it",
                found=f"{path.stat().st_size >> 20} MB",
            )
        with path.open("rb") as stream:
            head = stream.read(16)
        if not head:
            raise nothing_inside()
        kind = sniff.kind(head)
        used = ""
        if kind == "text":
            used = sniff.encoding(path, encoding, site, lambda text: shows_header(text, layouts().values()))
        grids = (read_bounded if bounded else read)(path, kind, used, limits, delimiter)
        sha, size = digest(path), path.stat().st_size
    return _Opened(grids, sha, size, kind)


def layouts() -> dict[str, Layout]:
    """Every layout that can be recognised, by code: other programs' exports and Entrepot's own templates."""
    from entrepot.channels.files.templates import template_layouts

    return {**foreign_layouts(), **template_layouts()}


Builder = Callable[[Reading, pl.DataFrame], Iterator[Sourced | Rejected | Aside]]


def _builder(layout: Layout) -> tuple[Callable[[Reading], pl.DataFrame], Builder]:
    module: Any = import_module(f"entrepot.channels.files.{layout.builder}")
    return module.prepare, module.build


def _parsed(header: Header, settings: Settings, opened: _Opened) -> ParsedFile:
    grid = header.grid
    rows = grid.cells.height - header.row - 1
    first = grid.cells.drop(LINE).slice(header.row + 1, _PREVIEW).rows()
    file = ParsedFile(
        layout=header.layout,
        questions=header.questions,
        headings=header.headings,
        fingerprint=fingerprint(header.headings),
        columns={name: header.headings[i] for name, i in header.columns.items()},
        rows=rows,
        control_totals=ControlTotals(rows, 0, {}),
        sha256=opened.sha,
        size=opened.size,
        kind=opened.kind,
        sheet=grid.sheet,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        preview=tuple(tuple(shorten(cell or "", 80) for cell in row) for row in first),
    )
    if header.layout is None or header.questions:
        return file
    reading = Reading(header, settings)
    questions = tuple(reading.settle())
    file.number_style, file.date_order = reading.number_style, reading.date_order
    if questions:
        return replace(file, questions=questions)
    _check_rows(reading, grid)
    prepare, build = _builder(header.layout)
    frame = prepare(reading)
    reading.usable()
    file.control_totals = _totals(reading)
    file.names = _names(reading)
    file.warnings = [*reading.warnings, *_unread(header)]
    file._build = lambda: build(reading, frame)  # pyright: ignore[reportPrivateUsage]
    return file


def _unread(header: Header) -> list[Problem]:
    """A warning for every further sheet with such a table; the templates' own examples are none."""
    return [
        Problem(
            "sheet_not_read",
            f"the sheet {name!r} holds such a table too and is not read",
            "save it as a file of its own and import that",
            found=name,
        )
        for name in header.others
        if name not in EXAMPLE_SHEETS.values()
    ]


def _names(reading: Reading) -> dict[str, str]:
    """SKU → what the file calls it most often (the first of equals), where it has a description."""
    if not (reading.has("sku") and reading.has("description")):
        return {}
    pairs = pl.DataFrame({"sku": reading.text("sku"), "name": reading.text("description")}).drop_nulls()
    counted = pairs.group_by("sku", "name", maintain_order=True).agg(pl.len())
    best = counted.sort("len", descending=True, maintain_order=True).unique("sku", keep="first", maintain_order=True)
    return dict(best.select("sku", "name").iter_rows())


def _check_rows(reading: Reading, grid: Grid) -> None:
    """Rows that are longer or shorter than the header; a short last row without line break is a file cut off."""
    if grid.widths is None:
        return
    widths = grid.widths.slice(reading.header.row + 1)
    expected = max((i + 1 for i, heading in enumerate(reading.header.headings) if heading), default=0)
    extra = [f"c{i}" for i in range(expected, grid.width)]
    if extra:
        spilled = reading.cells.select(pl.any_horizontal(pl.col(extra).is_not_null())).to_series()
        reading.fault(
            spilled,
            "row_too_long",
            "the row has more cells than the header",
            "put texts that hold the delimiter in quotes",
        )
    short = widths < expected
    if reading.layout.ragged or not short.any():
        return
    if grid.cut and short[-1] and int(short.sum()) == 1:
        raise refuse(
            "file_cut_off",
            "the file ends in the middle of a row",
            "download or export it again",
            line=int(reading.lines[-1]),
        )
    reading.fault(short, "row_too_short", "the row has fewer cells than the header", "export the file again")


def _totals(reading: Reading) -> ControlTotals:
    money: dict[str, int] = {}
    sums = pl.DataFrame({"currency": reading.currencies, "money": reading.money.cast(pl.Int128)})
    for currency, amount in sums.drop_nulls().group_by("currency").agg(pl.col("money").sum()).sort("currency").rows():
        money[currency] = int(amount)
    return ControlTotals(reading.height, int(reading.units.sum() or 0), money)


def _on_disk(file: Path | str | bytes) -> AbstractContextManager[Path]:
    if isinstance(file, bytes):
        return _Temporary(file)
    path = Path(file)
    if not path.is_file():
        raise refuse("file_missing", "there is no such file", "check the path", found=path.name)
    return nullcontext(path)


class _Temporary(AbstractContextManager[Path]):
    """Content on disk for as long as it is read."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.folder = tempfile.TemporaryDirectory(prefix="entrepot-file-", ignore_cleanup_errors=True)

    def __enter__(self) -> Path:
        path = Path(self.folder.name) / "content"
        path.write_bytes(self.content)
        return path

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()
