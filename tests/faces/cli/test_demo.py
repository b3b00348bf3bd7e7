"""The sample shop, small: from its files to decisions; a second run brings nothing; real books are left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from entrepot.books import intake, models
from entrepot.faces.cli.main import app
from entrepot.sample.writing import write_sample
from entrepot.workflows import summary
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_demo_goes_from_files_to_decisions(tmp_path: Path) -> None:
    """Everything that was planted waits and nothing else; stock, profit and late effects are there; residue 0."""
    written = write_sample(tmp_path, months=6, skus=25, until=date(2026, 5, 31))
    first = CliRunner().invoke(app, ["demo", "--no-serve", "--folder", str(tmp_path)])
    assert first.exit_code == 0, first.output
    for heading in ("What came in", "Waits in quarantine", "Stock and profit", "To decide today", "Seconds"):
        assert heading in first.output
    assert "residue 0" in first.output
    planted = sum(
        f.planted.rejected + f.planted.unknown_sku + f.planted.waiting for f in written.files if not f.repeats
    )
    assert sum(row.lines for row in summary.waiting()) == planted
    assert {row.code for row in summary.companies()} == {"HK", "SZ"}
    batches, documents = models.Batch.objects.count(), models.Document.objects.count()
    files = models.Batch.objects.exclude(file=None).count()
    assert files == len(written.files)
    again = CliRunner().invoke(app, ["demo", "--no-serve", "--folder", str(tmp_path)])
    assert again.exit_code == 0, again.output
    assert f"{files} files were imported before" in again.output
    assert (models.Batch.objects.count(), models.Document.objects.count()) == (batches, documents)


def test_the_sample_does_not_move_into_real_books(tmp_path: Path) -> None:
    """A seller's own books hold no sample: refused before anything is written."""
    intake.post(ledger.masters(), name="own.xlsx", recorded_at=make.NOW, actor="ann")
    done = CliRunner().invoke(app, ["demo", "--no-serve", "--folder", str(tmp_path / "sample")])
    assert done.exit_code == 1
    assert "not a demo" in done.output
    assert not (tmp_path / "sample").exists()
