"""SIGKILL at any moment of an import or a revaluing loses nothing: the checker passes, the work is simply run again."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from entrepot.audit import check, figures_hash, ledger_hash
from tests.effort import effort

ROOT = Path(__file__).resolve().parents[2]


def start(home: Path) -> "subprocess.Popen[str]":
    """A worker on the database in ``home``, migrated and about to import."""
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "ENTREPOT_HOME": str(home), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    environment.pop("DATABASE_URL", None)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker"], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "begin\n"
    return worker


def books(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "entrepot.sqlite3", timeout=30)


def finish(home: Path) -> tuple[str, str, float]:
    """Run to the end; hashes of facts and figures, and how long the work took."""
    worker = start(home)
    began = time.monotonic()
    assert worker.wait() == 0
    took = time.monotonic() - began
    copy = books(home)
    assert [str(residue) for residue in check(copy, stale_too=True).residues] == []
    return ledger_hash(copy), figures_hash(copy), took


@pytest.mark.soak
def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path) -> None:
    """10 kills (soak: 50) of import and revaluing at random moments: residue 0 after each; run again to the end, facts
    and figures hash as if nothing had happened."""
    clean = finish(tmp_path / "clean")
    # The first run may have compiled the kernels, many times what a run takes after: moments drawn from so long a time
    # would nearly all come after the end. What a run takes is learned from those that end.
    chance, longest = random.Random(7), finish(tmp_path / "warm")[2]
    killed, home, number = 0, tmp_path / "home-0", 0
    while killed < effort(test=10, soak=50):
        worker, began = start(home), time.monotonic()
        try:
            worker.wait(timeout=chance.uniform(0, longest))
            longest = min(longest, time.monotonic() - began)
        except subprocess.TimeoutExpired:
            worker.kill()
            killed += 1
        worker.wait()
        assert [str(residue) for residue in check(books(home)).residues] == [], f"after kill {killed}"
        if worker.returncode == 0:
            assert ledger_hash(books(home)) == clean[0]
            number += 1
            home = tmp_path / f"home-{number}"
    assert finish(home)[:2] == clean[:2]
