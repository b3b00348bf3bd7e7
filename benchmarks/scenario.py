"""How soon a what-if scenario answers: the first futures, then all of them, on the books of a shop.

    python -m benchmarks.scenario [--home FOLDER] [--futures 200]

Without a folder the sample shop is made first (about a minute and a half). Five questions that nobody asked before are asked in
one warm process, as the page's worker does it: something else goes wrong in each. ``first_s`` is the slowest of the five from
the question to an answer of its first futures, ``whole_s`` to the answer of all; ``cold_s`` is the very first question of the
process, compiling and reading included. ``database_changed`` is false: nothing is
copied or written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import PeakMemory, report

QUESTIONS = ("demand=-20", "late=sea:3", "freight=all:40", "cash=60", "closed=CN:lny,late=rail:2")


def main() -> None:
    """Asks and prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--futures", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = options.home or Path(made)
        if options.home is None:
            environment = {**os.environ, "ENTREPOT_HOME": made}
            command = [sys.executable, "-m", "entrepot.faces.cli", "demo", "--no-serve"]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        os.environ["ENTREPOT_HOME"] = str(home)
        _ask(home, options.futures)


def _ask(home: Path, futures: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")
    import django

    django.setup()
    from entrepot.books import models
    from entrepot.workflows.simulate import run_wish
    from entrepot.workflows.simulate_books import seller_books
    from entrepot.workflows.simulate_wish import read_wish

    newest = models.PlanRun.objects.select_related("company").order_by("-made_at").first()
    assert newest is not None, "the shop has no plan yet: run `entrepot plan` first"
    company = newest.company
    seller_books(company)  # the figures are read from the books once a day, not for a question
    before, firsts, wholes = _state(home), list[float](), list[float]()
    with PeakMemory() as memory:
        for seed, question in enumerate(("demand=10", *QUESTIONS), 9001):
            begun, seen = time.perf_counter(), list[float]()
            books = seller_books(company)
            wish = read_wish(books.on, futures=futures, seed=seed, disruption=question)
            answer = run_wish(
                books, wish, first=lambda _, seen=seen, begun=begun: seen.append(time.perf_counter() - begun)
            )
            firsts.append(seen[0])
            wholes.append(time.perf_counter() - begun)
    report(
        rows=answer["rows"], ways=len(answer["ways"]), futures=futures, cold_s=round(firsts[0], 3),
        first_s=round(max(firsts[1:]), 3), whole_s=round(max(wholes[1:]), 3), rss_mb=memory.rss_mb,
        database_changed=_state(home) != before,
    )  # fmt: skip


def _state(home: Path) -> list[tuple[str, str]]:
    """Every file of the books by its content."""
    files = sorted(home.glob("*.sqlite3*"))
    return [
        (file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files if not file.name.endswith("-shm")
    ]


if __name__ == "__main__":
    main()
