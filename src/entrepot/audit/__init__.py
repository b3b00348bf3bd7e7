"""The independent checker: proves from the documents that nothing was lost and nothing invented.

It reads the stored documents and the tables by plain SQL, states the posting rules, the fold of units and the cost of
every range a second time in plain Python integers, and compares row by row. It imports nothing of the rooms that it
checks; the only thing shared is the meaning of the stored numbers, and that is written again too
(:mod:`entrepot.audit.vocabulary`). Method and limits: docs/methods/check.md.
"""

from entrepot.audit.check import check
from entrepot.audit.hashes import figures_hash, ledger_hash
from entrepot.audit.report import CheckReport, Residue

__all__ = ["CheckReport", "Residue", "check", "figures_hash", "ledger_hash"]
