"""Classical results and levels by mode against what is known: counts, worst errors, gaps by family, in one command.

    python -m benchmarks.replenish_report [--dir PATH] [--thorough]

``--dir`` as of ``replenish_reference`` and ``replenish_gap``, which this runs one after the other.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.demand_data import SHARED
from benchmarks.replenish_gap import THOROUGH, Effort, family
from benchmarks.replenish_reference import compare
from benchmarks.report import report

GAPS = ("dual_sourcing", "three_mode", "lost_sales")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, default=SHARED / "replenish", help="folder with the reference files")
    parser.add_argument("--thorough", action="store_true", help="tune longer")
    options = parser.parse_args()
    text = (options.dir / "stockpyl_reference.json").read_text(encoding="utf-8")
    counts, worst, by_family = compare(json.loads(text)["families"])
    print(f"{'family':28} {'cases':>6} {'exact':>6} {'wrong':>6} {'not covered':>12}")
    for name, seen in by_family.items():
        print(f"{name:28} {seen.total():6} {seen['exact']:6} {seen['wrong']:6} {seen['not_covered']:12}")
    effort = THOROUGH if options.thorough else Effort()
    gaps = {name: family(options.dir / f"{name}.json", effort) for name in GAPS}
    print(f"{'gap to the optimum, %':28} {'cases':>6} {'mean':>6} {'p90':>6} {'max':>6}")
    for name, gap in gaps.items():
        print(f"{name:28} {gap['cases']:6} {gap['mean_pct']:6.2f} {gap['p90_pct']:6.2f} {gap['max_pct']:6.2f}")
    reference = {verdict: counts[verdict] for verdict in ("exact", "not_covered", "wrong")}
    report(reference={"cases": sum(reference.values()), **reference, "worst_rel_error": worst}, gaps=gaps)


if __name__ == "__main__":
    main()
