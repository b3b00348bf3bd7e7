"""What a check found: counts of what was read, and every residue with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IDENTITIES = {
    "D": "documents are as they were received, and every one became exactly its postings",
    "B": "balances, reservations and waiting movements are what the movements say",
    "U": "units: what came, less what went, is there",
    "M": "money: each cost line is wholly cited, waiting or unallocated",
    "V": "value: the stored figures are the exact cost, layer by layer",
    "Q": "what waits in quarantine is counted with its amount and units",
    "A": "the audit trail and the hashes of closed periods are unbroken",
}
MOST_LISTED = 1000


@dataclass(frozen=True, slots=True)
class Residue:
    """One difference. ``place`` names table and row (or item and cell) so that a person finds it."""

    identity: str
    place: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.identity} {self.place}: expected {self.expected!r}, found {self.found!r}"


@dataclass(slots=True)
class CheckReport:
    """The result of :func:`entrepot.audit.check`. It passes when ``residue`` is 0.

    ``counts``: what was read (documents, lines, postings …). ``by_identity``: residues by identity, also those beyond
    the first thousand that are not listed. ``not_valued``: items whose figures are older than their facts: counted, no
    residue. ``quarantined``: open rows, their units, and their amounts by currency.

    >>> report = CheckReport()
    >>> report.compare("B", "balance of item 1", 5, 4)
    >>> report.residue, report.passed, str(report.residues[0])
    (1, False, 'B balance of item 1: expected 5, found 4')
    """

    counts: dict[str, int] = field(default_factory=dict)
    residues: list[Residue] = field(default_factory=list)
    by_identity: dict[str, int] = field(default_factory=lambda: dict.fromkeys(IDENTITIES, 0))
    not_valued: int = 0
    quarantined: dict[str, Any] = field(default_factory=dict)
    unallocated: dict[str, int] = field(default_factory=dict)
    ledger_hash: str = ""

    @property
    def residue(self) -> int:
        """How many differences there are in all."""
        return sum(self.by_identity.values())

    @property
    def passed(self) -> bool:
        """Nothing was lost and nothing invented."""
        return self.residue == 0

    def add(self, identity: str, place: str, expected: Any, found: Any) -> None:
        """Note a difference."""
        self.by_identity[identity] += 1
        if len(self.residues) < MOST_LISTED:
            self.residues.append(Residue(identity, place, expected, found))

    def compare(self, identity: str, place: str, expected: Any, found: Any) -> None:
        """Note a difference if there is one."""
        if expected != found:
            self.add(identity, place, expected, found)

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was read."""
        self.counts[what] = self.counts.get(what, 0) + number
