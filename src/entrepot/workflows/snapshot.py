"""The facts as parquet files, grown by increments: what is read whole (planning, past dates) never walks the database.

Facts are only appended, so a part once written stays true. Each table is a folder of parts named by their first
identifier. A snapshot of another database (after a restore) is noticed by any table's last row and made anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import connection

from entrepot.books import facts
from entrepot.core.progress import SILENT, Progress

_CHUNK = 200_000


def folder() -> Path:
    """Where this database's snapshot lives."""
    name = f"snapshot-{connection.vendor}-{Path(str(connection.settings_dict['NAME'])).stem}"
    return Path(settings.HOME) / name


def refresh(progress: Progress = SILENT) -> dict[str, pl.DataFrame]:
    """Write what is new and read everything: raw tables as :func:`entrepot.books.facts.read` gives them."""
    if connection.in_atomic_block:
        return facts.read(None)  # what is not committed must not outlive its transaction
    home = folder()
    try:
        tables = _grow_all(home, progress)
    except _AnotherDatabaseError:
        shutil.rmtree(home, ignore_errors=True)
        tables = _grow_all(home, progress)
    return facts.with_retellings(tables)


class _AnotherDatabaseError(Exception):
    """The last row in the files is not what the database holds under its number."""


def _grow_all(home: Path, progress: Progress) -> dict[str, pl.DataFrame]:
    progress.begin("snapshot", len(facts.TABLES))
    tables: dict[str, pl.DataFrame] = {}
    for table in facts.TABLES:
        tables[table] = _grow(home / table, table)
        progress.advance()
    return tables


def _grow(home: Path, table: str) -> pl.DataFrame:
    """Append the rows behind the last one, which is read again to see that it is the same; many small parts are joined
    into one."""
    home.mkdir(parents=True, exist_ok=True)
    parts = sorted(home.glob("*.parquet"))
    whole = pl.concat([pl.read_parquet(part) for part in parts]) if parts else None
    key = "_row"
    last = int(whole[key].max() or 0) if whole is not None and len(whole) else 0  # type: ignore[arg-type]
    fresh: list[pl.DataFrame] = []
    part = facts.query_after(table, last - 1 if last else 0, _CHUNK)
    if whole is not None and last:
        if part.is_empty() or part.row(0) != whole.row(-1):
            raise _AnotherDatabaseError
        part = part.slice(1)
    while len(part):
        fresh.append(part)
        part = facts.query_after(table, int(part[key].max()), _CHUNK)  # type: ignore[arg-type]
    if fresh:
        new = pl.concat(fresh)
        if len(parts) > 8 and whole is not None:
            new = pl.concat([whole, new])
            _write(new, home / f"{0:020d}.parquet")
            for part_file in parts:
                if part_file.name != f"{0:020d}.parquet":
                    part_file.unlink()
            return new
        _write(new, home / f"{int(new[key].min()):020d}.parquet")  # type: ignore[arg-type]
        whole = new if whole is None else pl.concat([whole, new])
    return whole if whole is not None else facts.query_after(table, 0, 0)


def _write(frame: pl.DataFrame, path: Path) -> None:
    """A part appears whole or not at all."""
    partial = path.with_suffix(".partial")
    frame.write_parquet(partial, compression="zstd", compression_level=1)
    partial.replace(path)
