"""The quote page's form, read from the address, and its answer laid out for the page and its exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from entrepot.books.selectors.goods import GoodsFacts
from entrepot.core.components import FAMILIES
from entrepot.core.countries import origin_problem
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.hs_codes import hs_problem
from entrepot.core.money import exponent, minor
from entrepot.core.percent import DUTY, TAX, rate_of
from entrepot.faces.web import families
from entrepot.faces.web.quote_problems import field_label
from entrepot.faces.web.waterfall import Bar, per_unit
from entrepot.workflows.quote import Door
from entrepot.workflows.sought import (
    PLATFORM,
    THIRD_PARTY,
    After,
    Alternative,
    Freighted,
    Packed,
    Sought,
    Split,
    mode_problem,
)

WAYS = (1, 2, 3)
LONGEST = 30
"""Characters of a price."""
FIRST = {"m1": "sea", "m2": "air", "m3": "express", "b1": "cbm", "b2": "kg", "b3": "kg"}
"""What the three ways are before anybody chose."""


@dataclass(slots=True)
class Form:
    """What stands in the address, as typed, and what could not be read of it."""

    typed: Mapping[str, str]
    facts: GoodsFacts | None = None
    problems: list[Problem] = field(default_factory=list[Problem])

    def text(self, name: str, default: str = "") -> str:
        """A field as typed, without spaces at its ends."""
        return self.typed.get(name, "").strip() or default

    def fail(self, name: str, found: str, remedy: str) -> None:
        """Keep that a field cannot be read."""
        self.problems.append(
            Problem("bad_field", "this cannot be read", remedy, document=field_label(name), found=found)
        )

    def number(self, name: str, text: str | None = None) -> int | None:
        """A whole number of at least one, ``None`` where nothing is typed."""
        typed = (self.text(name) if text is None else text).replace(",", "")
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and 0 < int(typed) < 10**9:
            return int(typed)
        self.fail(name, typed, "write a whole number such as 500")
        return None

    def money(self, name: str, currency: str) -> int | None:
        """An amount in minor units, ``None`` where nothing is typed."""
        typed = self.text(name).replace(",", "")
        if not typed:
            return None
        try:
            amount = minor(typed, currency) if len(typed) <= LONGEST and "e" not in typed.lower() else -1
        except ProblemError:
            amount = -1
        if 0 <= amount < 10**13:
            return amount
        self.fail(name, typed, "write an amount such as 12.50")
        return None

    def rate(self, name: str, currency: str) -> Fraction | None:
        """A price of one unit, kilogram or cubic metre in minor units, as fine as it is typed."""
        amount = self.money(name, currency)
        return None if amount is None else fine(self.text(name).replace(",", ""), currency)

    def origin(self, default: str) -> str:
        """A country of origin, empty where none is named."""
        code = self.text("from", default).upper()
        if origin_problem(code) is None:
            return code
        self.fail("from", code, "write a country of two letters such as CN")
        return ""

    def decimal(self, name: str) -> Fraction | None:
        """A number such as 0.25, ``None`` where nothing is typed."""
        typed = self.text(name).replace(",", "")
        try:
            value = Fraction(typed) if typed and "/" not in typed and "e" not in typed.lower() else None
        except ValueError:
            value = Fraction(-1)
        if value is None or value >= 0:
            return value
        self.fail(name, typed, "write a number such as 0.25")
        return None

    def day(self, name: str) -> date | None:
        """A day, ``None`` where nothing is typed."""
        typed = self.text(name)
        try:
            return date.fromisoformat(typed) if typed else None
        except ValueError:
            self.fail(name, typed, "write a day such as 2026-12-01")
            return None

    def sides(self, name: str) -> tuple[int, int, int] | None:
        """Three sides in cm as mm, ``None`` where nothing is typed."""
        typed = self.text(name).lower().replace("×", "x").replace("*", "x")
        if not typed:
            return None
        try:
            found = [round(float(part) * 10) for part in typed.split("x")]
        except (ValueError, OverflowError):
            found = []
        if len(found) == 3 and all(0 < n < 100_000 for n in found):
            return found[0], found[1], found[2]
        self.fail(name, typed, "write three sides in cm such as 30x20x10")
        return None

    def currency(self, name: str, default: str) -> str:
        """A currency code."""
        code = self.text(name, default).upper()
        try:
            exponent(code)
        except ProblemError:
            self.fail(name, code, "write a currency such as USD")
            return default
        return code


def fine(typed: str, currency: str) -> Fraction:
    """An amount in minor units that is not rounded. Raises :class:`ValueError` for more digits than any price has.

    >>> fine("0.125", "USD")
    Fraction(25, 2)
    """
    if len(typed) > LONGEST or "e" in typed.lower():
        raise ValueError(typed)
    return Fraction(Decimal(typed)) * 10 ** exponent(currency)


def sought(form: Form, own: str, today: date, currency_of: Mapping[str, str]) -> Sought:
    """What the form asks. ``own`` is the company's currency, ``currency_of`` that of each destination.

    What cannot be read is kept in ``form.problems`` and taken as not known.
    """
    facts, currency = form.facts, form.currency("cur", own)
    destination = form.text("to", "US").upper()
    if destination not in currency_of:
        form.fail("to", destination, "choose a country of the list")
        destination = "US"
    quantities = [form.number("qty", part.strip()) for part in form.text("qty", "500").replace("，", ",").split(",")]
    days = [form.day("on") or today, form.day("on2")]
    return Sought(
        form.text("sku", "goods")[:120], form.rate("price", currency), currency, form.currency("in", currency), destination,
        tuple(dict.fromkeys(q for q in quantities if q))[:4] or (1,), tuple(dict.fromkeys(d for d in days if d)),
        _ways(form, currency), _hs(form),
        form.origin(facts.origin if facts else ""),
        _rate(form, "duty"), _rate(form, "tax"), form.text("programme")[:40], form.text("regime", "commercial")[:40],
        _share(form), form.day("known"), _packed(form),
        After(_via(form), form.decimal("pace") or Fraction(0), form.rate("fee", currency),
              form.money("sale", currency_of[destination]), splits=form.text("place", "minimal")),
        breaks=_breaks(form, currency), lanes=form.text("lanes") == "1", splits=_splits(form),
        door=Door(postcode=form.text("post")[:12]), description=facts.name if facts else form.text("sku")[:120],
    )  # fmt: skip


def _hs(form: Form) -> str:
    """The code as typed, else the one that the books have."""
    code = form.text("hs", form.facts.hs if form.facts else "")
    if hs_problem(code) is None:
        return code
    form.fail("hs", code, "write an HS code of four to ten digits such as 6109.10, or leave it empty")
    return ""


def _share(form: Form) -> Fraction | bool:
    """The share of import tax that comes back, where it is typed or chosen."""
    typed = form.text("share").rstrip("%").strip()
    try:
        share = rate_of(typed, 100, "share")
    except ProblemError:
        form.fail("share", typed, "write a part in per cent from 0 to 100")
        share = None
    return form.text("recover") == "1" if share is None else share


def _via(form: Form) -> tuple[str, ...]:
    """What follows the border; both lie side by side."""
    typed = form.text("via")
    return (PLATFORM, THIRD_PARTY) if typed == "both" else (typed if typed in {PLATFORM, THIRD_PARTY} else "",)


def _breaks(form: Form, currency: str) -> tuple[tuple[int, Fraction], ...]:
    """Price breaks such as ``500:1.90, 1000:1.75``."""
    found: list[tuple[int, Fraction]] = []
    for part in form.text("breaks").replace("，", ",").replace("：", ":").split(","):
        units, _colon, price = part.strip().partition(":")
        if not part.strip():
            continue
        try:
            if not units.strip().isdigit():
                raise ValueError(units)
            found.append((int(units), fine(price.strip(), currency)))
        except (ValueError, InvalidOperation):
            form.fail("breaks", part.strip(), "write price breaks such as 500:1.90, 1000:1.75")
    return tuple(found)[:6]


def _splits(form: Form) -> tuple[Split, ...]:
    """A part of the units in per cent by one way first, the rest by another."""
    share, first, rest = form.number("s"), form.text("s1", "air"), form.text("s2", "sea")
    if share is None:
        return ()
    if share > 99 or first == rest:
        form.fail("s", str(share), "write a part of 1 to 99 per cent and two different ways")
        return ()
    return (Split(Fraction(share, 100), first[:20], rest[:20]),)


def _rate(form: Form, name: str) -> str:
    typed = form.text(name).rstrip("%").strip()
    try:
        rate_of(typed, DUTY if name == "duty" else TAX, name)
    except ProblemError:
        form.fail(name, typed, "write a rate in per cent such as 6.5")
        return ""
    return typed


def _ways(form: Form, currency: str) -> tuple[Freighted, ...]:
    ways: dict[str, Freighted] = {}
    for n in WAYS:
        mode = form.typed.get(f"m{n}", FIRST[f"m{n}"]).strip()
        if mode_problem(mode):
            form.fail(f"m{n}", mode, "choose a way of the list")
            continue
        if mode and mode not in ways:
            ways[mode] = Freighted(
                mode, form.rate(f"f{n}", currency), form.text(f"b{n}", FIRST[f"b{n}"]), form.number(f"d{n}"),
                form.text(f"a{n}") == "1",
            )  # fmt: skip
    return tuple(ways.values())


def _packed(form: Form) -> Packed:
    facts = form.facts
    grams, heavy = form.number("g"), form.decimal("ckg")
    return Packed(
        grams or (facts.grams if facts else None),
        form.sides("size") or (facts.sides if facts else None),
        form.number("pc") or (facts.units if facts else None),
        round(heavy * 1000) if heavy else facts.carton_grams if facts else None,
        form.sides("csize") or (facts.carton_sides if facts else None),
    )


def bars(found: Alternative) -> list[Bar]:
    """The landed cost of one alternative as a waterfall that climbs by family; missing costs are counted on their family."""
    missing = {name: sum(1 for n in found.quote.lines if n.needs and n.family == name) for name in FAMILIES}
    known = {name: found.family(name) or 0 for name in FAMILIES}
    shown = [name for name in FAMILIES if known[name] or missing[name]]
    spans, running = list[tuple[int, int]](), 0
    for name in shown:
        spans.append((running, running + known[name]))
        running += known[name]
    low, high = min([0, *(min(s) for s in spans)]), max([1, *(max(s) for s in spans)])
    steps: list[tuple[str, str, int, tuple[int, int], int]] = [
        (name, families.label(name), known[name], span, missing[name]) for name, span in zip(shown, spans, strict=True)
    ]
    steps.append(("net_sales", str(_("Landed cost")), running, (0, running), sum(missing.values())))
    estimated = {n.family for n in found.quote.lines if n.estimate}

    def place(value: int) -> float:
        return round((value - low) * 100 / (high - low), 2)

    return [
        Bar(
            family=name, label=label, amount=amount if amount or not gaps else None,
            per_unit=per_unit(amount, found.quantity) if amount or not gaps else None,
            share=round(amount * 1000 / running) if running and (amount or not gaps) else None, left=place(min(span)),
            width=round(place(max(span)) - place(min(span)), 2), before=place(span[0]), after=place(span[1]),
            missing_units=gaps, estimate=name in estimated, end=name == "net_sales", href="",
        )
        for name, label, amount, span, gaps in steps
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlternativeRow:
    """One alternative with its place in the answer."""

    index: int
    found: Alternative

    def family(self, name: str) -> int | None:
        """A family's cost of one unit; ``None`` while a cost of it is not known."""
        if any(n.needs and n.family == name for n in self.found.quote.lines):
            return None
        return per_unit(self.found.family(name) or 0, self.found.quantity)


def facts_shown(facts: GoodsFacts | None) -> dict[str, Any]:
    """What the books know, as the form's empty fields show it."""
    if facts is None:
        return {}

    def cm(sides: tuple[int, int, int] | None) -> str:
        return "x".join(f"{side / 10:g}" for side in sides) if sides else ""

    shown = {
        "hs": facts.hs, "from": facts.origin, "g": facts.grams, "size": cm(facts.sides), "pc": facts.units,
        "ckg": f"{facts.carton_grams / 1000:g}" if facts.carton_grams else "", "csize": cm(facts.carton_sides),
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value}
