"""Until when a loss can be claimed, from whom, and which part of its cost he makes good: public rules by date, and the seller's
own in ``claims.toml`` in the folder ``rules`` of his home, which go before them.

>>> from datetime import date
>>> terms = claim_terms(None)
>>> [(t.days, sorted(t.covers)) for t in (term(terms, "platform", on) for on in (date(2025, 1, 1), date(2026, 1, 1))) if t]
[(60, []), (60, ['goods'])]
>>> own = read_terms('[[term]]\\npayer = "carrier"\\ndays = 90\\nmodes = ["express"]')
>>> told = term((*own, *terms), "carrier", date(2026, 1, 1), mode="express")
>>> told.days if told else None
90
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from entrepot.core.components import BOOK
from entrepot.core.errors import Problem, ProblemError

FILE = "claims.toml"
MODES = ("sea", "rail", "air", "express", "truck", "other")
PAYERS = ("platform", "carrier", "warehouse")


@dataclass(frozen=True, slots=True)
class ClaimTerm:
    """What a payer makes good of losses from ``since`` on: claimed within ``days`` of the loss (None = not known), of the cost
    components ``covers`` (empty = the whole landed cost), for these ``modes`` and ``places`` (empty = all)."""

    payer: str
    since: date
    days: int | None
    covers: frozenset[str] = frozenset()
    modes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    source: str = ""


_EVER = date(1900, 1, 1)
PUBLIC = (
    ClaimTerm("platform", _EVER, 548, source="Amazon FBA policy until 2024-10-22: 18 months"),
    ClaimTerm("platform", date(2024, 10, 23), 60, source="Amazon FBA policy: 60 days from 2024-10-23"),
    ClaimTerm(
        "platform", date(2025, 3, 31), 60, frozenset({"goods"}), source="Amazon FBA policy: manufacturing cost from 2025-03-31"
    ),
    ClaimTerm("platform", _EVER, 270, modes=MODES, source="Amazon FBA policy: inbound shipments, nine months"),
    ClaimTerm("platform", date(2025, 3, 31), 270, frozenset({"goods"}), MODES,
              source="Amazon FBA policy: inbound shipments, nine months"),
    ClaimTerm("carrier", _EVER, 365, modes=("sea",), source="Hague-Visby Rules, art. III(6)"),
    ClaimTerm("carrier", _EVER, 730, modes=("air",), source="Montreal Convention, art. 35"),
    ClaimTerm("carrier", _EVER, 365, modes=("truck",), source="CMR, art. 32"),
    ClaimTerm("carrier", _EVER, 365, modes=("rail",), source="CIM, art. 48"),
)  # fmt: skip
"""The outer limits of public rules. A forwarder's or express carrier's own terms are often shorter: the seller writes them."""


def claim_terms(home: Path | None) -> tuple[ClaimTerm, ...]:
    """The seller's terms, then the public ones. Raises ``ProblemError`` for a file that cannot be read."""
    path = home / "rules" / FILE if home is not None else None
    own = read_terms(path.read_text("utf-8-sig")) if path is not None and path.exists() else ()
    return (*own, *PUBLIC)


def term(terms: Iterable[ClaimTerm], payer: str, on: date, *, mode: str = "", place: str = "") -> ClaimTerm | None:
    """The term for a loss of that day: of the first that names its place or mode, else of all, the newest that began before it.

    Own terms come first: one that fits hides every public term. ``None``: nothing is known of this payer.
    """
    fits = [
        t for t in terms
        if t.payer == payer and t.since <= on and (not t.modes or mode in t.modes) and (not t.places or place in t.places)
    ]  # fmt: skip
    own = [t for t in fits if t not in PUBLIC]
    chosen = own or fits
    return max(chosen, key=lambda t: (bool(t.places), bool(t.modes), t.since), default=None)


def read_terms(text: str) -> tuple[ClaimTerm, ...]:
    """Terms from TOML. Raises :class:`~entrepot.core.errors.ProblemError` that names the term and what is wrong."""
    try:
        told: list[dict[str, Any]] = tomllib.loads(text).get("term", [])
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(Problem("bad_claim_terms", "the claim terms cannot be read", "write them as TOML", document=FILE,
                                   found=str(error))) from None  # fmt: skip
    return tuple(_term(number, one) for number, one in enumerate(told, 1))


def _term(number: int, told: dict[str, Any]) -> ClaimTerm:
    try:
        payer, days, since = str(told["payer"]), told.get("days"), told.get("from", _EVER)
        covers = frozenset(str(x) for x in told.get("covers", ()))
        if payer not in PAYERS:
            raise ValueError(f"payer {payer}")
        if not covers <= BOOK:
            raise ValueError(f"covers {sorted(covers - BOOK)[0]}")
        if not isinstance(since, date) or (days is not None and (type(days) is not int or not 0 < days < 10_000)):
            raise ValueError(f"from {since}, days {days}")
        lists = {name: tuple(str(x) for x in told.get(name, ())) for name in ("modes", "places")}
        return ClaimTerm(payer, since, days, covers, **lists, source=str(told.get("source", "")) or FILE)
    except (KeyError, ValueError, TypeError) as error:
        raise ProblemError(
            Problem("bad_claim_terms", "a claim term cannot be read",
                    "give payer (platform, carrier or warehouse), days, and if wanted from, covers, modes, places",
                    document=FILE, line=number, found=str(error))
        ) from None  # fmt: skip
