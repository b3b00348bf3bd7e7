"""Is the tax on an import cash that comes back, or cost of the goods? One decision for the books, the quote and what-if.

Input tax comes back to who (1) was the importer, (2) was registered for tax there on the day on which the tax became due and
(3) uses the goods for taxed sales; a part where only a part of the sales is (EU: directive 2006/112/EC, articles 168(e), 173,
178(e); UK: VATA 1994 sections 24 to 26). What comes back is no cost of stock (IAS 2, paragraph 11). Whatever of the three is
not known leaves the tax in the cost, marked as an estimate that a person has to settle: too high a cost is seen, a claim that
nobody has the right to is not.

>>> from datetime import date
>>> germany = Registration("DE", "vat", "DE123456789", date(2025, 1, 1))
>>> entry = Import(company="HK", country="DE", importer="HK", days=(date(2025, 3, 2),))
>>> decide(entry, [germany]).code, recovered(12_345, decide(entry, [germany]).share)
('recovered', 12345)
>>> decide(Import("HK", "DE", "FORWARDER", (date(2025, 3, 2),)), [germany]).code
'other_importer'
>>> decide(Import("HK", "DE", "", (date(2025, 3, 2),)), [germany]).certain
False
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.money import round_half_away

GIVES_BACK = frozenset({"vat", "gst", "flat_rate"})
"""Schemes of registration that may give tax on imports back. One-stop shops (IOSS, OSS), importer's numbers (EORI), sales taxes
of one stage and others never do."""
PAID, POSTPONED, DEFERRED, NOT_RECOVERABLE, IOSS = "paid", "postponed", "deferred", "not_recoverable", "ioss"
SCHEMES: tuple[str, ...] = (PAID, POSTPONED, DEFERRED, NOT_RECOVERABLE, IOSS)
"""How an entry says that its tax is accounted for: paid at the border, on the return (postponed accounting), from an account
some weeks later, not deductible whatever the registration, or collected from the buyer under IOSS."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A tax number of a company, valid from a day to a day (both included). ``share`` of the tax comes back."""

    country: str
    scheme: str
    number: str
    valid_from: date
    valid_to: date | None = None
    share: Fraction = Fraction(1)

    def holds(self, on: date) -> bool:
        """Whether it is valid on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Import:
    """What is known of an import. ``company`` owns the goods and bears the tax; ``importer`` is the importer of record, empty =
    not said; ``days``: the tax point, or the first and last day on which it can have been, where no paper says it;
    ``scheme``: one of :data:`SCHEMES`, empty = not said. ``mixed``: the goods came with more than one importer or country.
    """

    company: str
    country: str
    importer: str
    days: tuple[date, ...]
    scheme: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What part of the tax comes back and why. ``certain`` False: a default, to be settled by a person.

    Codes: recovered | partly | not_registered | flat_rate | other_importer | stated_cost | ioss | importer_missing |
    country_missing | tax_point_missing | mixed.
    """

    share: Fraction
    code: str
    certain: bool = True
    registration: Registration | None = None


_NONE = Fraction(0)


def decide(entry: Import, registrations: Iterable[Registration]) -> Decision:
    """The decision for one import by the ``registrations`` of the company that bears the tax, as known then."""
    giving = [r for r in registrations if r.scheme in GIVES_BACK]
    never = _never(entry, registered=bool(giving))
    if never:
        return Decision(_NONE, never)
    if entry.mixed or not entry.country:
        return Decision(_NONE, "mixed" if entry.mixed else "country_missing", certain=False)
    found = [_on(giving, entry.country, day) for day in entry.days]
    held = [r for r in found if r is not None]
    if all(not r.share for r in held):
        return Decision(_NONE, "flat_rate", registration=held[0]) if held else Decision(_NONE, "not_registered")
    if not entry.importer:
        return Decision(_NONE, "importer_missing", certain=False, registration=held[0])
    shares = {_NONE if r is None else r.share for r in found}
    least = min(shares)
    by = next((r for r in held if r.share == least), None)
    if len(shares) > 1:
        return Decision(least, "tax_point_missing", certain=False, registration=by)
    return Decision(least, "recovered" if least == 1 else "partly", registration=by)


def _never(entry: Import, *, registered: bool) -> str:
    """Why the tax does not come back whatever else is known; empty where it may."""
    if entry.scheme == NOT_RECOVERABLE:
        return "stated_cost"
    if entry.scheme == IOSS:
        return "ioss"
    if entry.importer and entry.importer != entry.company:
        return "other_importer"
    return "" if registered else "not_registered"


def _on(registrations: Iterable[Registration], country: str, day: date) -> Registration | None:
    """The registration that counts on a day: of several, the one that began last."""
    held = [r for r in registrations if r.country == country and r.holds(day)]
    return max(held, key=lambda r: (r.valid_from, r.number, r.share), default=None)


def recovered(amount: int, share: Fraction) -> int:
    """What of ``amount`` (minor units, signed) comes back, rounded half away from zero; the rest of it is cost.

    >>> recovered(1_001, Fraction(7, 10)), recovered(-1_001, Fraction(7, 10))
    (701, -701)
    """
    return round_half_away(amount * share)


__all__ = [
    "DEFERRED", "GIVES_BACK", "IOSS", "NOT_RECOVERABLE", "PAID", "POSTPONED", "SCHEMES", "Decision", "Import",
    "Registration", "decide", "recovered",
]  # fmt: skip
