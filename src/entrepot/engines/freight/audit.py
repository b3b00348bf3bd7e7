"""A forwarder's bill beside the card and the packed weight: what to dispute, how much it is worth, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from entrepot.core.money import major
from entrepot.engines.freight.model import Chargeable, Consignment, RateCard, Rates
from entrepot.engines.freight.price import price
from entrepot.engines.freight.quote import FreightQuote, quote
from entrepot.engines.freight.words import plain


class Cause(StrEnum):
    """Why a billed amount differs from the card."""

    WEIGHT = "weight"
    """Billed for more (or less) chargeable weight than was packed."""
    RATE = "rate"
    """The weight agrees, the price does not."""
    NOT_DUE = "not_due"
    """A charge of the card whose condition is not met."""
    NOT_ON_CARD = "not_on_card"
    """A charge that the card does not have."""
    TWICE = "twice"
    """The same charge a second time."""
    NOT_BILLED = "not_billed"
    """Due by the card and not on the bill: expect it later."""
    CURRENCY = "currency"
    """Billed in another currency than the card's, without a rate to compare."""
    NOT_KNOWN = "not_known"
    """The card cannot say: something is not known."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a forwarder's bill; ``code`` is the card's code of the charge (``freight`` for the freight itself).

    ``units`` is the chargeable weight that the bill states, in the card's unit. ``amount`` in minor units of ``currency``.
    """

    code: str
    amount: int
    currency: str
    units: Fraction | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: ``billed`` − ``expected`` in minor units of the card's currency, with its cause and its reason.

    ``expected`` is None where the card cannot say. ``parameters`` are the figures of the reason, for a face that says it in
    another language: ``text`` (the bill's name of the charge), ``stated``, ``packed``, ``unit`` and ``by`` (how the packed
    weight came about: weight, volume, minimum), ``needs``, ``how`` (the card's rate), ``currency``.
    """

    code: str
    cause: Cause
    billed: int
    expected: int | None
    reason: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def amount(self) -> int | None:
        """Minor units billed too much; negative = too little."""
        return None if self.expected is None else self.billed - self.expected


@dataclass(frozen=True, slots=True)
class BillAudit:
    """All differences of a bill. ``disputes`` are those in the forwarder's favour above the tolerance."""

    quote: FreightQuote
    differences: tuple[Difference, ...]
    billed: int
    tolerance: int

    @property
    def disputes(self) -> tuple[Difference, ...]:
        """What to dispute, dearest first: billed too much, or without a ground on the card."""
        found = [d for d in self.differences if d.amount is not None and d.amount > self.tolerance]
        return tuple(sorted(found, key=lambda d: -(d.amount or 0)))

    @property
    def disputed(self) -> int:
        """Minor units in dispute."""
        return sum(d.amount or 0 for d in self.disputes)

    def explain(self) -> list[str]:
        """The dispute list as it can be sent, then what else was noticed."""
        currency = self.quote.card.currency
        billed, disputed = (f"{major(amount, currency)} {currency}" for amount in (self.billed, self.disputed))
        out = [f"Billed {billed}; in dispute {disputed} by card {self.quote.card.id}."]
        out += [f"{d.code}: {major(d.amount or 0, currency)} {currency} too much. {d.reason}" for d in self.disputes]
        rest = [d for d in self.differences if d not in self.disputes]
        return [*out, *(f"{d.code}: {d.reason}" for d in rest)]


def audit(
    card: RateCard, packed: Consignment, bill: Sequence[BillLine], rates: Rates | None = None, tolerance: int = 0
) -> BillAudit:
    """Compare ``bill`` with what ``card`` says of the cartons as packed.

    A freight line that states its weight is split into a weight part (the card's price of the billed less of the packed
    weight) and a rate part (the rest), which sum to the difference; percentages of the freight that follow a higher weight
    are told as rate differences of their own line. Bill lines of one code are compared together, a repeated equal line is
    told as charged twice. All amounts must be in the card's currency.

    >>> from datetime import date
    >>> from entrepot.engines.freight.model import Band, Cartons, WeightRule
    >>> card = RateCard("AIR", "Air", "air", "USD", WeightRule(divisor=Fraction(6000), step=Fraction(1)),
    ...                 bands=(Band(Fraction(0), None, rate=Fraction(600)),))
    >>> packed = Consignment((Cartons(10, 8000, 400, 300, 300),), date(2026, 3, 1))
    >>> bill = [BillLine("freight", 57_600, "USD", Fraction(96)), BillLine("doc", 3000, "USD", text="Documentation")]
    >>> for line in audit(card, packed, bill).explain():
    ...     print(line)
    Billed 606.00 USD; in dispute 126.00 USD by card AIR.
    freight: 96.00 USD too much. Billed for 96 kg, packed 80 kg by weight.
    doc: 30.00 USD too much. "Documentation" is not on the card.
    """
    told = quote(card, packed, rates=rates)
    expected = _expected(told)
    found: list[Difference] = []
    by_code: dict[str, list[BillLine]] = defaultdict(list)
    billed = 0
    for line in bill:
        if line.currency != card.currency:
            reason = f"Billed in {line.currency}, the card is in {card.currency}: convert the line first."
            told_in = {"currency": line.currency, "card": card.currency}
            found.append(Difference(line.code, Cause.CURRENCY, line.amount, None, reason, told_in))
            continue
        billed += line.amount
        by_code[line.code].append(line)
    known = {charge.code for charge in card.charges} | {"freight"}
    for code, lines in by_code.items():
        unique, repeated = _once(lines, expected.get(code))
        found += [_twice(line) for line in repeated]
        amount = sum(line.amount for line in unique)
        text = next((line.text for line in unique if line.text), code)
        if code not in known:
            named = {"text": text}
            found.append(Difference(code, Cause.NOT_ON_CARD, amount, 0, f'"{text}" is not on the card.', named))
        elif code not in expected:
            reason = f'"{text}" is on the card, but its condition is not met.'
            found.append(Difference(code, Cause.NOT_DUE, amount, 0, reason, {"text": text}))
        elif (should := expected[code]) is None:
            needs = ", ".join(n for x in told.lines if _code(x.basis.rule, card) == code for n in x.needs)
            reason = f"The card cannot say: needs {needs}."
            found.append(Difference(code, Cause.NOT_KNOWN, amount, None, reason, {"needs": needs}))
        elif amount != should:
            found += _explained(told, packed, code, unique, amount, should)
    for code, should in expected.items():
        if code not in by_code and should:
            reason = f"Not billed; {major(should, card.currency)} {card.currency} is due by the card."
            found.append(Difference(code, Cause.NOT_BILLED, 0, should, reason))
    return BillAudit(told, tuple(found), billed, tolerance)


def _code(rule: str, card: RateCard) -> str:
    return "freight" if rule == card.id else rule.removeprefix(f"{card.id}/")


def _expected(told: FreightQuote) -> dict[str, int | None]:
    out: dict[str, int | None] = {}
    for line in told.lines:
        code = _code(line.basis.rule, told.card)
        before = out.get(code, 0)
        out[code] = None if before is None or line.amount is None else before + line.amount
    return out


def _once(lines: list[BillLine], expected: int | None) -> tuple[list[BillLine], list[BillLine]]:
    """Lines of one code, equal lines told apart; several equal lines that together are what is due stay."""
    if expected is not None and sum(line.amount for line in lines) == expected:
        return lines, []
    seen: Counter[BillLine] = Counter()
    unique: list[BillLine] = []
    repeated: list[BillLine] = []
    for line in lines:
        seen[line] += 1
        (unique if seen[line] == 1 else repeated).append(line)
    return unique, repeated


def _twice(line: BillLine) -> Difference:
    text = line.text or line.code
    return Difference(line.code, Cause.TWICE, line.amount, 0, f'"{text}" is billed a second time.', {"text": text})


def _explained(
    told: FreightQuote, packed: Consignment, code: str, lines: list[BillLine], amount: int, should: int
) -> list[Difference]:
    card, weight = told.card, told.chargeable
    units = [line.units for line in lines if line.units is not None]
    if (
        code == "freight"
        and weight is not None
        and len(units) == len(lines)
        and not card.per_piece
        and not card.containers
    ):
        stated = sum(units, Fraction(0))
        priced = price(card, stated, packed.zone)
        if stated != weight.units and priced is not None:
            return _weight_and_rate(card, weight, stated, priced.amount, amount, should)
    currency = card.currency
    line = next(x for x in told.lines if _code(x.basis.rule, card) == code)
    how = f" ({line.rate}{f' of {line.base}' if line.base else ''})" if line.rate else ""
    reason = f"Billed {major(amount, currency)}, by the card {major(should, currency)} {currency}{how}."
    return [Difference(code, Cause.RATE, amount, should, reason, {"how": how.strip(" ()")})]


def _weight_and_rate(
    card: RateCard, weight: Chargeable, stated: Fraction, at_stated: int, amount: int, should: int
) -> list[Difference]:
    unit = card.weight.unit
    reason = f"Billed for {plain(stated)} {unit}, packed {plain(weight.units)} {unit} by {weight.by}."
    stated_by = {"stated": plain(stated), "packed": plain(weight.units), "unit": unit, "by": weight.by}
    found = [Difference("freight", Cause.WEIGHT, at_stated, should, reason, stated_by)]
    if amount != at_stated:
        dear = f"{major(amount, card.currency)}, by the card {major(at_stated, card.currency)} {card.currency}"
        reason = f"For {plain(stated)} {unit} billed {dear}."
        found.append(Difference("freight", Cause.RATE, amount, at_stated, reason, stated_by))
    return found


def repacked(packed: Consignment, weights: Sequence[int | None]) -> Consignment:
    """The consignment with the carrier's own weights per carton (a reweigh), to see what the bill would be under them."""
    kinds = tuple(replace(kind, weight=w) for kind, w in zip(packed.cartons, weights, strict=True))
    return replace(packed, cartons=kinds)
