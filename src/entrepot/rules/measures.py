"""Added duties: which lines and origins they reach, what they stack with, and what they are not charged on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from entrepot.rules.model import Rule


class Kind(StrEnum):
    """How the percentage of an added duty is meant."""

    ADDED = "added"
    """On top of everything else."""
    CAP = "cap"
    """Brings the ordinary rate up to the percentage: max(0, cap − ordinary)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One added duty of a destination.

    ``origins`` empty = all; ``not_origins`` are left out. A line is reached when one of ``prefixes`` begins its code and, with
    ``lists``, when it is on one of them; ``exempt_lists`` take it out again. A measure yields to any charged measure of the
    groups in ``yields_to``. ``needs_confirmation``: coverage is not settled line by line, or the goods meant cannot be told
    from the heading; a person must say that it applies.
    """

    destination: str
    name: str
    rule: Rule
    origins: tuple[str, ...] = ()
    not_origins: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    exempt_lists: tuple[str, ...] = ()
    kind: Kind = Kind.ADDED
    group: str = ""
    yields_to: tuple[str, ...] = ()
    exempt_programmes: tuple[str, ...] = ()
    needs_confirmation: str = ""

    @property
    def id(self) -> str:
        """Id of its rule."""
        return self.rule.id

    def covers_origin(self, origin: str) -> bool:
        """Whether goods of this origin are meant."""
        return origin not in self.not_origins and (not self.origins or origin in self.origins)

    def names_line(self, hs: str) -> bool:
        """Whether the code begins as the measure says; lists of lines are asked of the tariff."""
        return not self.prefixes or any(hs.startswith(p) for p in self.prefixes)
