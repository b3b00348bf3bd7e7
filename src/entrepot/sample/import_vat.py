"""German import VAT of the sample: lost under the forwarder's name, then recovered under the shop owner's own registration.

Until the registration the forwarder imports (his name stands on the entry) and the tax is cost. From then on the shop owner is
the importer of record and sets the tax off on his quarterly return, 40 days after the quarter. One broker's bill does not say
who imported: it needs a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from entrepot.core.documents import CostLine, Target, TaxReturn
from entrepot.sample.journal import Journal
from entrepot.sample.places import FORWARDER, HK, REGISTERED_FROM

RATE_BP = 1_900
SILENT_FROM = 330
"""From this day on, the next broker's bill does not say who the importer was."""
_FILED_AFTER = 40


class ImportVat:
    """Tax of every German entry, and the returns that give it back."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._silent = False
        self._recoverable: list[tuple[date, int]] = []

    def entered(
        self, day: int, receipt: str, target: Target, values: Sequence[int], duty: int, *, by_hand: bool
    ) -> tuple[CostLine, dict[str, Any]]:
        """The tax on an entry (customs ``values`` of its lines and ``duty`` in euro cents) and what the bill says of it."""
        tax = (sum(values) + duty) * RATE_BP // 10_000
        manual = by_hand and len(values) > 1 and sum(values) > 0
        line = CostLine(component="import_tax", amount=tax, targets=[target], basis="manual" if manual else "weight",
                        weights=list(values) if manual else [], note="Einfuhrumsatzsteuer")  # fmt: skip
        on = self.journal.day(day)
        said: dict[str, Any] = {"entry": f"DE-{receipt}", "tax_country": "DE", "tax_point": on}
        if day >= SILENT_FROM and not self._silent and day < self.journal.days - 60:
            self._silent = True
            self.journal.plant("importer_not_said", receipt=receipt, amount=tax, currency="EUR")
            return line, said
        own = day >= REGISTERED_FROM
        if own:
            self._recoverable.append((on, tax))
        self.journal.plant("import_vat", receipt=receipt, amount=tax, currency="EUR", recovered=own)
        return line, {**said, "importer": HK if own else FORWARDER}

    def month_end(self, day: int) -> None:
        """After a quarter: its return, which is known when it is filed."""
        last = self.journal.day(day)
        if last.month % 3:
            return
        filed = day + _FILED_AFTER
        mine = sum(tax for on, tax in self._recoverable if on <= last)
        self._recoverable = [(on, tax) for on, tax in self._recoverable if on > last]
        if not mine or filed >= self.journal.days:
            return
        returned = TaxReturn(
            id=f"DE-{last.year}-Q{last.month // 3}", company=HK, effective_at=self.journal.at(filed, 10), country="DE",
            currency="EUR", amount=mine, way="offset", period_to=last,
        )  # fmt: skip
        self.journal.write(returned, "tax_returns")
