"""Adds up JUnit reports into one line, so that a run in several parts still ends with one answer.

``python tools/closing_line.py REPORT.xml…`` prints ``N passed, N failed, N skipped`` and exits 1 when a test failed, a
report is missing or nothing ran.
"""

import sys
from pathlib import Path

from defusedxml.ElementTree import parse


def totals(report: Path) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped tests of one report.

    A part that ended before it could write its report counts as one failure: silence must not look like success.
    """
    if not report.exists():
        return 0, 1, 0
    passed = failed = skipped = 0
    for suite in parse(report).iter("testsuite"):
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left_out = int(suite.get("skipped", 0))
        passed += int(suite.get("tests", 0)) - wrong - left_out
        failed += wrong
        skipped += left_out
    return passed, failed, skipped


def main(reports: list[str]) -> int:
    """Print the sum of all reports; exit code 1 unless something passed and nothing failed."""
    passed, failed, skipped = (sum(column) for column in zip(*(totals(Path(name)) for name in reports), strict=True))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
