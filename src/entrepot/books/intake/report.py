"""What an intake did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from entrepot.core.errors import Problem


@dataclass
class IntakeReport:
    """Counts, totals and the first problems of one intake; ``batch`` is ``None`` after a dry run."""

    batch: int | None = None
    documents: int = 0
    lines: int = 0
    posted: int = 0
    posted_lines: int = 0
    corrected: int = 0
    repeated: int = 0
    repeated_lines: int = 0
    quarantined: int = 0
    quarantined_lines: int = 0
    released: int = 0
    dry_run: bool = False
    problems: list[Problem] = field(default_factory=list[Problem])
    counts_by_code: Counter[str] = field(default_factory=Counter[str])
    counts_by_type: Counter[str] = field(default_factory=Counter[str])
    totals: Counter[str] = field(default_factory=Counter[str])
    """Money by currency in minor units, and ``units``."""
    items: set[int] = field(default_factory=set[int])

    def trouble(self, problem: Problem, lines: int = 1) -> None:
        """Count a problem; the first 200 are kept in full."""
        self.quarantined_lines += lines
        self.counts_by_code[problem.code] += lines
        if len(self.problems) < 200:
            self.problems.append(problem)
