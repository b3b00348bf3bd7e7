"""A fee table of storage that a seller has as a file, such as next year's: laid over the tables of the program.

The file is a CSV with the columns of ``rules/data/fees/fba_storage.csv``: marketplace, currency, fee, size_class, rate and
valid_from have to be there; months, band, minimum and the rest may be. From its first day on a fee of the file takes the place of
the same fee of that marketplace; what the file does not name stays.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from entrepot.core.cost_lines import Confidence
from entrepot.core.errors import Problem, ProblemError
from entrepot.rules.platform_fees import FeeBook, StorageFee, storage_row

NEEDED = ("marketplace", "currency", "fee", "size_class", "rate", "valid_from")
OPTIONAL = (
    "month_from", "month_to", "band_from", "band_to", "band_unit", "min_per_unit", "exempt", "valid_to", "source", "note",
)  # fmt: skip


def with_fee_file(book: FeeBook, file: Path) -> FeeBook:
    """``book`` with the storage fees of ``file`` from their days on.

    Raises :class:`~entrepot.core.errors.ProblemError` with every row that cannot be read.
    """
    return with_fee_table(book, file.read_text(encoding="utf-8-sig"), file.name)


def with_fee_table(book: FeeBook, text: str, name: str) -> FeeBook:
    """The same of a table's text; ``name`` says where it stood.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> table = "marketplace,currency,fee,size_class,rate,valid_from\\nUS,USD,monthly_storage,standard,1.10,2027-01-01\\n"
    >>> later = with_fee_table(platform_fees(), table, "2027.csv")
    >>> [str(row.rate) for row in later.on(later.storage, "US", date(2027, 2, 1))
    ...  if (row.fee, row.size_class) == ("monthly_storage", "standard")]
    ['110']
    """
    rows = list(csv.DictReader(text.splitlines()))
    missing = [column for column in NEEDED if not rows or column not in rows[0]]
    if missing:
        raise ProblemError(
            Problem("columns_missing", f"the fee table has no {', '.join(missing)}",
                    f"give the columns {', '.join(NEEDED)}; these may follow: {', '.join(OPTIONAL)}", document=name)
        )  # fmt: skip
    known = {(row.marketplace, row.fee) for row in book.storage}
    problems: list[Problem] = []
    new = [_read(row, line, name, known, problems) for line, row in enumerate(rows, start=2)]
    if problems:
        raise ProblemError(*problems[:50])
    told = [row for row in new if row is not None]
    starts: dict[tuple[str, str, str], date] = {}
    for row in told:
        key = (row.marketplace, row.fee, row.size_class)
        starts[key] = min(starts.get(key, row.valid_from), row.valid_from)
    kept: list[StorageFee] = []
    for row in book.storage:
        first = starts.get((row.marketplace, row.fee, row.size_class))
        if first is None or (row.valid_to is not None and row.valid_to < first):
            kept.append(row)
        elif row.valid_from < first:
            kept.append(replace(row, valid_to=first - timedelta(days=1)))
    return replace(book, storage=(*kept, *told))


def _read(
    row: dict[str, str], line: int, name: str, known: set[tuple[str, str]], problems: list[Problem]
) -> StorageFee | None:
    filled = {column: (row.get(column) or "").strip() for column in (*NEEDED, *OPTIONAL)}
    filled |= {"id": f"{name}:{line}", "confidence": "high", "source": filled["source"] or name}
    try:
        fee = storage_row(filled)
        if fee.rate < 0 or not 1 <= fee.month_from <= 12 or not 1 <= fee.month_to <= 12:
            raise ValueError(filled["rate"])
    except (ValueError, KeyError, ZeroDivisionError):
        problems.append(
            Problem("bad_fee_row", "this fee cannot be read",
                    "write a rate like 0.78, days like 2027-01-15, months 1 to 12", document=name, line=line,
                    found=", ".join(filled[c] for c in NEEDED))
        )  # fmt: skip
        return None
    if (fee.marketplace, fee.fee) not in known:
        names = ", ".join(sorted({f"{m} {f}" for m, f in known}))
        problems.append(
            Problem("unknown_fee", "no fee of a marketplace is called that", f"choose of {names}", document=name, line=line,
                    found=f"{fee.marketplace} {fee.fee}")
        )  # fmt: skip
        return None
    return replace(fee, confidence=Confidence.HIGH)


def with_fee_change(book: FeeBook, text: str, since: date) -> FeeBook:
    """``US:monthly_storage:20``: that fee of a marketplace twenty per cent higher from a day on.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> dearer = with_fee_change(platform_fees(), "US:monthly_storage:20", date(2027, 1, 1))
    >>> [str(row.rate) for row in dearer.on(dearer.storage, "US", date(2027, 2, 1))
    ...  if (row.fee, row.size_class, row.month_from) == ("monthly_storage", "standard", 1)]
    ['468/5']
    """
    parts = [part.strip() for part in text.split(":")]
    known = {(row.marketplace, row.fee) for row in (*book.storage, *book.services)}
    names = ", ".join(sorted({fee for _, fee in known}))
    try:
        percent = Fraction(parts[2].rstrip("%")) if len(parts) == 3 else None
    except (ValueError, ZeroDivisionError):
        percent = None
    if percent is None or percent < -100 or (parts[0].upper(), parts[1]) not in known:
        raise ProblemError(
            Problem("bad_fee_change", "this change of a fee cannot be read",
                    f"write MARKETPLACE:FEE:PER CENT, such as US:monthly_storage:20; fees: {names}",
                    field="fee", found=text)
        )  # fmt: skip
    return book.patched(1 + percent / 100, fees=frozenset((parts[1],)), marketplace=parts[0].upper(), since=since)
