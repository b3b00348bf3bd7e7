"""Untrusted bytes into grids of text cells, in this process or (the rule for uploads) in a bounded child."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from entrepot.channels.files.grid import LINE, Grid
from entrepot.channels.files.limits import Limits
from entrepot.channels.files.read_parquet import read_parquet
from entrepot.channels.files.read_text import read_text
from entrepot.channels.files.read_workbook import read_workbook
from entrepot.channels.files.refusals import refuse
from entrepot.core.errors import Problem, ProblemError


def read(path: Path, kind: str, encoding: str, limits: Limits, delimiter: str | None = None) -> list[Grid]:
    """The grids of a file of ``kind`` (see :func:`~entrepot.channels.files.sniff.kind`), read in this process.

    Whatever a reader trips over comes out as ``ProblemError``; a crash inside a native reader too.
    """
    try:
        match kind:
            case "xlsx":
                return read_workbook(path, limits)
            case "parquet":
                return [read_parquet(path, limits)]
            case _:
                return [read_text(path, encoding, limits, delimiter)]
    except (ProblemError, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError:
        raise _too_heavy("memory") from None
    except BaseException as error:  # native readers raise their panics outside of Exception
        raise refuse(
            "file_unreadable", "the file cannot be read", "it is damaged: export it again", found=type(error).__name__
        ) from None


def read_bounded(path: Path, kind: str, encoding: str, limits: Limits, delimiter: str | None = None) -> list[Grid]:
    """The same in a child process whose time and memory are bounded by the operating system."""
    with tempfile.TemporaryDirectory(prefix="entrepot-read-", ignore_cleanup_errors=True) as folder:
        order = {
            "path": str(path),
            "kind": kind,
            "encoding": encoding,
            "delimiter": delimiter,
            "folder": folder,
            "limits": asdict(limits),
        }
        environment = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "entrepot.channels.files.child"],
                input=json.dumps(order).encode(),
                capture_output=True,
                env=environment,
                check=False,
                timeout=limits.cpu_seconds * 3 + 30,
            )
        except subprocess.TimeoutExpired:
            raise _too_heavy("time") from None
        answer = Path(folder) / "answer.json"
        if done.returncode != 0 or not answer.exists():
            raise _too_heavy("memory" if b"emory" in done.stderr else "time or memory")
        return _take(json.loads(answer.read_text("utf-8")), Path(folder))


def digest(path: Path) -> str:
    """SHA-256 of the file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def leave(grids: list[Grid], folder: Path) -> None:
    """Write ``grids`` where the parent will take them from (child's side)."""
    facts: list[dict[str, Any]] = []
    for i, grid in enumerate(grids):
        cells = grid.cells if grid.widths is None else grid.cells.with_columns(grid.widths.alias("width"))
        cells.write_ipc(folder / f"{i}.cells")
        if grid.numeric is not None:
            grid.numeric.write_ipc(folder / f"{i}.numeric")
        facts.append({**grid.facts(), "numeric": grid.numeric is not None})
    _answer(folder, {"grids": facts})


def leave_problems(problems: tuple[Problem, ...], folder: Path) -> None:
    """Write why the file is refused (child's side)."""
    _answer(folder, {"problems": [asdict(p) for p in problems]})


def _answer(folder: Path, content: dict[str, Any]) -> None:
    (folder / "answer.json").write_text(json.dumps(content, default=str), "utf-8")


def _take(answer: dict[str, Any], folder: Path) -> list[Grid]:
    if "problems" in answer:
        raise ProblemError(*(Problem(**p) for p in answer["problems"]))
    grids: list[Grid] = []
    for i, facts in enumerate(answer["grids"]):
        cells = pl.read_ipc(folder / f"{i}.cells")
        numeric = pl.read_ipc(folder / f"{i}.numeric") if facts.pop("numeric") else None
        widths = cells["width"] if "width" in cells.columns else None
        header = tuple(facts.pop("header")) if facts["header"] is not None else facts.pop("header")
        cells = cells.drop("width", strict=False)
        assert LINE in cells.columns
        grids.append(Grid(cells, numeric=numeric, widths=widths, header=header, **facts))
    return grids


def _too_heavy(what: str) -> ProblemError:
    return refuse(
        "file_too_heavy",
        f"reading the file took more {what} than is allowed",
        "split it into smaller files",
        found=what,
    )
