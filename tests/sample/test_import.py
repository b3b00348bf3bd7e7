"""The sample shop in the books: what the files say is posted, and stock is what the truth knows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from entrepot.books import intake, models
from entrepot.books.intake import IntakeReport
from entrepot.channels.files.opening import open_file
from entrepot.core.calendar import to_instant
from entrepot.core.errors import Problem
from entrepot.sample.writing import SampleFile, SampleManifest, write_sample

pytestmark = pytest.mark.django_db


class _Row(NamedTuple):
    problem: Problem
    row: dict[str, str]


def _post(file: SampleFile, place: int) -> IntakeReport:
    parsed = open_file(file.path, bounded=False, **file.options)

    def rejected() -> Iterator[_Row]:
        for row in parsed.rejected:
            yield _Row(row.problem, row.cells)

    at = to_instant(datetime.combine(file.known, time(18), UTC)) + place * 1_000_000
    return intake.post(parsed.documents(), name=file.path.name, recorded_at=at, layout=file.layout, rejected=rejected())


def _books_stock() -> dict[tuple[str, ...], int]:
    stock: dict[tuple[str, ...], int] = {}
    rows = models.Balance.objects.exclude(on_hand=0).select_related("cell__company", "cell__location", "item")
    for row in rows:
        cell = row.cell
        place, condition = (cell.transit, "in transit") if cell.transit else (cell.location.code, cell.condition)
        stock[cell.company.code, place, condition, row.item.sku] = row.on_hand
    return stock


def test_the_books_hold_what_the_world_knows(tmp_path: Path) -> None:
    """After the last file every cell has the units of the truth, and only planted lines wait; once more, nothing."""
    manifest: SampleManifest = write_sample(tmp_path, until=date(2026, 4, 30), months=6, skus=25)
    waiting: Counter[str] = Counter()
    for place, file in enumerate(manifest.files):
        report = _post(file, place)
        planted = file.planted
        expected = 0 if file.repeats else planted.rejected + planted.unknown_sku + planted.waiting
        assert report.quarantined_lines == expected, (file.path.name, report.counts_by_code)
        waiting.update(report.counts_by_code)
        assert bool(report.posted) != file.repeats
    assert {"unknown_item", "unknown_sales_order", "unknown_receipt", "unknown_currency", "not_a_quantity"} <= set(
        waiting
    )
    truth: dict[tuple[Any, ...], int] = {
        (r["company"], r["location"], r["condition"], r["sku"]): r["units"]
        for r in pl.read_parquet(manifest.truth / "stock.parquet").to_dicts()
    }
    assert _books_stock() == truth
    for place, file in enumerate(manifest.files, start=len(manifest.files)):
        assert _post(file, place).posted == 0
    assert _books_stock() == truth
