"""A rule and its values by date, each with the day since which it is known, its source and its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from entrepot.core.cost_lines import Basis


class Status(StrEnum):
    """How real a measure is; only what is in force is charged."""

    IN_FORCE = "in force"
    ANNOUNCED = "announced"
    """Law or notice seen, start still to come."""
    REPORTED = "reported"
    """Read in the press; whether it is collected was not seen: a person decides."""
    STRUCK_DOWN = "struck down"
    """Was collected and was held unlawful later: what was paid may be refunded."""
    HYPOTHESIS = "what if"
    """Set by a patch of the user's."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a rule says between two days.

    ``data`` holds the fields of the rule (texts, lists, flags; numbers as texts, so that they stay exact). ``known`` is the
    first day on which one could know it, ``end_known`` the first day on which one could know that it ends.
    """

    data: Mapping[str, Any]
    basis: Basis
    known: date | None = None
    end_known: date | None = None
    status: Status = Status.IN_FORCE
    note: str = ""

    def holds(self, on: date, known_on: date | None = None) -> bool:
        """Whether it applies on a day, as far as was known on another."""
        start, end = self.basis.valid_from, self.basis.valid_to
        if start and on < start:
            return False
        ended = bool(end and on > end)
        if known_on is None:
            return not ended
        if self.known and known_on < self.known:
            return False
        return not ended or bool(self.end_known and known_on < self.end_known)

    def number(self, name: str) -> Fraction:
        """A field as an exact number.

        Raises ``KeyError`` where the value has no such field.
        """
        return Fraction(str(self.data[name]))

    def text(self, name: str, default: str = "") -> str:
        """A field as text."""
        return str(self.data.get(name, default))

    def names(self, name: str) -> tuple[str, ...]:
        """A field that is a list of texts; empty when absent."""
        return tuple(str(v) for v in self.data.get(name, ()))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of one jurisdiction: its values, later ones last."""

    id: str
    values: tuple[Value, ...] = field(default=())

    def at(self, on: date, known_on: date | None = None) -> Value | None:
        """The value of a day; where two hold, the one that became known last, then the one that began last."""
        found = [v for v in self.values if v.holds(on, known_on)]
        return max(found, key=_recency) if found else None

    @property
    def starts(self) -> date | None:
        """First day of the first value."""
        return min((v.basis.valid_from for v in self.values if v.basis.valid_from), default=None)


def _recency(value: Value) -> tuple[bool, date, date]:
    start = value.basis.valid_from or date.min
    return value.status is Status.HYPOTHESIS, value.known or start, start
