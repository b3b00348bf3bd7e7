"""Everything the book says about imports into one country on one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from entrepot.rules.model import Value


@dataclass(frozen=True, slots=True)
class DestinationRules:
    """The values of a day, by the name of the rule; a rule that does not hold that day is absent."""

    code: str
    name: str
    currency: str
    on: date
    values: Mapping[str, Value]

    def get(self, name: str) -> Value | None:
        """The value of a rule, or ``None``."""
        return self.values.get(name)

    def starting(self, prefix: str) -> Iterator[tuple[str, Value]]:
        """Rules whose name begins with ``prefix`` (fees, open charges), by name."""
        for name in sorted(self.values):
            if name.startswith(prefix):
                yield name, self.values[name]
