"""Runs every benchmark module one after another: ``python tools/run_benchmarks.py [NAME…]``.

A benchmark is a module of the folder ``benchmarks`` with a ``main`` guard; its last line of output is one JSON object.
A failing benchmark does not stop the others, but the exit code says so.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_BENCHMARKS = {"__init__", "report"}


def names() -> list[str]:
    """Benchmarks of the folder: modules that can be run (they have a ``__main__`` guard)."""
    files = sorted((ROOT / "benchmarks").glob("*.py"))
    return [f.stem for f in files if f.stem not in NOT_BENCHMARKS and "__main__" in f.read_text(encoding="utf-8")]


def run(name: str) -> bool:
    """Run one benchmark and print its JSON line; False when it failed or its last line is not a JSON object."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    try:
        figures = json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        figures = None
    good = done.returncode == 0 and isinstance(figures, dict)
    print(f"{name}: {lines[-1] if good else f'failed with exit code {done.returncode}'}", flush=True)
    return good


if __name__ == "__main__":
    results = [run(name) for name in sys.argv[1:] or names()]
    sys.exit(0 if all(results) else 1)
