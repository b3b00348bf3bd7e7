"""Losses and claims: what every loss had cost, what was repaid for it, what stays, and what can still be claimed.

A reimbursement that names its loss is aimed at it in the books. One that does not is a credit of the period there; here it is
linked with the loss that it must be for (:func:`entrepot.engines.salvage.match`), marked as derived. That link moves no money
in the books: every reimbursement counts once, and a person makes a link a fact by
naming the loss (:mod:`entrepot.workflows.name_loss`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from django.db.models import Max

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors.lost import LostUnits, PaidBack, lost_units, paid_back, short_units
from entrepot.core.components import BOOK, FAMILIES
from entrepot.core.money import round_half_away, split_largest_remainder
from entrepot.engines.salvage import (
    Cause,
    Claim,
    Derived,
    Loss,
    Lost,
    Recovery,
    Repaid,
    abnormal_loss,
    claims_due,
    match,
)
from entrepot.workflows.claim_terms import FILE, ClaimTerm, claim_terms, term

SOON = 14
"""Days before its deadline from which a claim is urgent."""
_PAYER = {Cause.PLATFORM: "platform", Cause.CARRIER: "carrier", Cause.WAREHOUSE: "warehouse"}
_WORDS = (
    (Cause.FIRE, ("fire", "火灾")), (Cause.MOULD, ("mould", "mold", "霉")),
    (Cause.MOISTURE, ("moisture", "water", "wet", "damp", "潮", "水")), (Cause.THEFT, ("theft", "stolen", "盗")),
    (Cause.FORCE_MAJEURE, ("flood", "storm", "earthquake", "war", "force majeure", "不可抗力")),
    (Cause.EXPIRED, ("expired", "expiry", "过期")), (Cause.CARRIER, ("carrier", "transit", "forwarder", "承运", "运输", "快递")),
)  # fmt: skip


_COST = {"needs": "see_cost"}


@dataclass(frozen=True, slots=True)
class LossRow:
    """One loss, minor units of the company's currency; ``None`` = not known, or not for who looks.

    ``purpose`` ``short``: the units still are in transit in the books. ``landed`` = ``purchase`` + ``first_leg`` + ``duty_tax``.
    ``repaid``: aimed at it in the books; ``derived``: linked here, :attr:`how` says by what; ``back``: both; ``papers``: theirs.
    ``remainder``: landed cost that nobody repaid, by family in ``left``; ``gain``: repaid beyond the cost that the payer covers.
    ``state`` of the claim: none | paid | part | open | due | lapsed | no_term; ``expected`` while it can be made.
    """

    key: str
    document: int
    number: str
    sku: str
    name: str
    name_zh: str
    place: str
    on: date
    purpose: str
    reason: str
    cause: str
    units: int
    repaid_units: int
    payer: str
    state: str
    deadline: date | None
    days: int | None
    how: str
    papers: tuple[str, ...]
    source: str
    landed: int | None = field(metadata=_COST)
    purchase: int | None = field(metadata=_COST)
    first_leg: int | None = field(metadata=_COST)
    duty_tax: int | None = field(metadata=_COST)
    disposal: int | None = field(metadata=_COST)
    repaid: int | None = field(metadata=_COST)
    derived: int | None = field(metadata=_COST)
    back: int | None = field(metadata=_COST)
    remainder: int | None = field(metadata=_COST)
    left: dict[str, int] | None = field(metadata=_COST)
    gain: int | None = field(metadata=_COST)
    expected: int | None = field(metadata=_COST)
    location: int

    @property
    def open(self) -> int:
        """Units that nobody made good."""
        return self.units - self.repaid_units


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A reimbursement that names no loss and fits none for certain: ``why`` and the numbers of those that could be meant."""

    document: int
    number: str
    sku: str
    place: str
    on: date
    units: int | None
    reason: str
    order: str
    case: str
    why: str
    candidates: tuple[str, ...]
    amount: int | None = field(metadata=_COST)
    shop: int | None
    location: int | None


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses, newest first, and reimbursements for a person. ``due``: keys of claims that lapse within :data:`SOON` days."""

    currency: str
    on: date
    rows: tuple[LossRow, ...]
    left: tuple[LeftRow, ...]
    due: tuple[str, ...]

    def total(self, name: str) -> int:
        """Sum of what is known of a column."""
        return sum(getattr(row, name) or 0 for row in self.rows)


_KEPT: dict[tuple[object, ...], Losses] = {}


def losses(viewer: Viewer, home: Path | None, on: date) -> Losses:
    """As of a day, at the places and shops that he may see; units only for who may not see cost.

    Raises ``ProblemError`` for claim terms that cannot be read.
    """
    whole = _whole(viewer, home, on)
    rows = [row for row in whole.rows if viewer.locations is None or row.location in viewer.locations]
    left = [
        row
        for row in whole.left
        if (viewer.locations is None or row.location in viewer.locations)
        and (viewer.shops is None or row.shop in viewer.shops)
    ]
    if not viewer.can("see_cost"):
        rows, left = [_units_only(row) for row in rows], [replace(row, amount=None) for row in left]
    keys = {row.key for row in rows}
    return replace(whole, rows=tuple(rows), left=tuple(left), due=tuple(key for key in whole.due if key in keys))


def _units_only(row: LossRow) -> LossRow:
    return replace(
        row, landed=None, purchase=None, first_leg=None, duty_tax=None, disposal=None, repaid=None, derived=None, back=None,
        remainder=None, left=None, gain=None, expected=None,
    )  # fmt: skip


def _whole(viewer: Viewer, home: Path | None, on: date) -> Losses:
    path = home / "rules" / FILE if home is not None else None
    state = (
        models.ItemState.objects.aggregate(at=Max("valued_at"))["at"],
        models.CostLine.objects.aggregate(at=Max("pk"))["at"],
        models.Replacement.objects.aggregate(at=Max("pk"))["at"],
        path.stat().st_mtime_ns if path is not None and path.exists() else 0,
    )
    key = (str(home), viewer.company.id, viewer.company.code, on, state)
    if key not in _KEPT:
        if len(_KEPT) > 20:
            _KEPT.clear()
        _KEPT[key] = _reckoned(viewer, claim_terms(home), on)
    return _KEPT[key]


def _reckoned(viewer: Viewer, terms: tuple[ClaimTerm, ...], on: date) -> Losses:
    zone = viewer.company.zone
    every = (*lost_units(viewer.company.id), *short_units(viewer.company.id, zone))
    lost = [one for one in every if one.on <= on]
    paid = [one for one in paid_back(viewer.company.id, zone) if one.on <= on]
    named = _named(paid, {one.movement: one.units for one in lost})
    rest = {one.movement: one.units - sum(n for n, _, _ in named.get(one.movement, ())) for one in lost}
    open_losses = [_of_loss(one, rest[one.movement]) for one in lost if rest[one.movement] > 0 and _payable(one)]
    loose = [one for one in paid if not one.movements]
    keys = {one.number: str(one.document) for one in loose}
    matched = match(open_losses, [_of_payment(one, keys) for one in loose if not _of_order(one)])
    links: dict[str, list[Derived]] = defaultdict(list)
    for link in matched.links:
        links[link.lost.key].append(link)
    numbers = {str(one.document): one.number for one in loose}
    told = [
        _row(
            one,
            named.get(one.movement, []),
            links.get(str(one.movement), []),
            numbers,
            terms,
            viewer.company.currency,
            on,
        )
        for one in lost
    ]
    by_key = {one.movement: one for one in lost}
    reasons = {x.repaid.key: (x.why, tuple(by_key[int(c.key)].number for c in x.candidates)) for x in matched.unmatched}
    due = claims_due([loss for _, loss in told], on, SOON)
    rows = tuple(sorted((row for row, _ in told), key=lambda r: (r.on, r.number, r.sku), reverse=True))
    return Losses(
        viewer.company.currency, on, rows, tuple(_left(one, reasons) for one in reversed(loose) if _shown(one, reasons)),
        tuple(loss.name for loss, _, days in due if days >= 0),
    )  # fmt: skip


def _named(paid: list[PaidBack], lost: dict[int, int]) -> dict[int, list[tuple[int, int, str]]]:
    """Movement → (units, amount, number) of the reimbursements that name it; one that says no units is for all of them."""
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for one in paid:
        there = {movement: lost[movement] for movement in one.movements if movement in lost}
        whole = sum(there.values())
        units = split_largest_remainder(min(one.units or whole, whole), list(there.values())) if there else []
        for movement, n in zip(there, units, strict=True):
            found[movement].append((n if one.movements[movement] > 0 else 0, one.movements[movement], one.number))
    return found


def _of_loss(one: LostUnits, units: int) -> Lost:
    kind = "lost" if one.purpose in ("lost", "count", "short") else ""
    if one.purpose == "destroyed":
        kind = "damaged"
    return Lost(str(one.movement), str(one.item), one.place, one.on, units, kind)


def _payable(one: LostUnits) -> bool:
    """Whether somebody could pay for it: nobody does for what was destroyed because a customer spoiled it."""
    return one.purpose != "destroyed" or _cause(one) in _PAYER


def _of_payment(one: PaidBack, keys: dict[str, str]) -> Repaid:
    reason = one.reason.casefold()
    kind = "damaged" if "damage" in reason else "lost" if "lost" in reason or "missing" in reason else "claim"
    return Repaid(
        str(one.document), str(one.item or ""), one.place, one.on, one.units or None, one.amount,
        "" if kind == "claim" else kind, keys.get(one.reverses, one.reverses),
    )  # fmt: skip


def _of_order(one: PaidBack) -> bool:
    """Paid for what a customer did not send back, or for a customer's order: those units were sold, they are no loss of stock."""
    return "customer" in one.reason.casefold()


def _shown(one: PaidBack, reasons: dict[str, tuple[str, tuple[str, ...]]]) -> bool:
    return _of_order(one) or str(one.document) in reasons


def _left(one: PaidBack, reasons: dict[str, tuple[str, tuple[str, ...]]]) -> LeftRow:
    why, candidates = reasons.get(str(one.document), ("of_order", ()))
    return LeftRow(
        one.document, one.number, one.sku, one.place, one.on, one.units, one.reason, one.order, one.case, why, candidates,
        one.amount, one.shop, one.location,
    )  # fmt: skip


def _cause(one: LostUnits) -> Cause:
    """In whose hands, or by what: a shipment's carrier, the platform, a third party; else what the reason says."""
    if one.purpose == "short":
        return Cause.PLATFORM if one.place_kind == "fba" else Cause.CARRIER
    if one.condition == "carrier_damaged":
        return Cause.CARRIER
    said = one.reason.casefold()
    by_reason = next((cause for cause, words in _WORDS if any(word in said.split() or (word in said and not word.isascii())
                                                             for word in words)), None)  # fmt: skip
    if by_reason is not None:
        return by_reason
    held = {"fba": Cause.PLATFORM, "third_party": Cause.WAREHOUSE}.get(one.place_kind)
    if held is not None and (one.purpose in ("lost", "count") or one.condition == "warehouse_damaged" or said == "e"):
        return held
    return {"expired": Cause.EXPIRED, "mould": Cause.MOULD}.get(one.condition, Cause.OTHER)


def _row(
    one: LostUnits, named: list[tuple[int, int, str]], links: list[Derived], numbers: dict[str, str],
    terms: tuple[ClaimTerm, ...], currency: str, on: date,
) -> tuple[LossRow, Loss]:  # fmt: skip
    cause = _cause(one)
    payer = _PAYER.get(cause, "")
    rule = term(terms, payer, one.on, mode=one.mode, place=one.place) if payer else None
    covers = rule.covers if rule else frozenset[str]()
    landed = {name: amount for name, amount in one.costs.items() if name in BOOK and amount}
    booked, derived = sum(amount for _, amount, _ in named), sum(link.amount for link in links)
    back = max(0, min(one.units, sum(n for n, _, _ in named) + sum(x.units for x in links)))
    recoveries = [Recovery(payer or "payer", x, Claim.PAID, covers) for x in (booked, derived) if x > 0]
    rest = one.units - back
    deadline = one.on + timedelta(days=rule.days) if rule is not None and rule.days is not None else None
    asked = sum(amount for name, amount in landed.items() if not covers or name in covers)
    expected = round_half_away(Fraction(max(asked, 0) * rest, one.units))
    if payer and rest:
        recoveries.append(Recovery(payer, expected, Claim.OPEN, covers, deadline))
    loss = Loss(str(one.movement), one.units, cause, one.on, currency, landed, tuple(recoveries))
    told = abnormal_loss(loss)
    days = (deadline - on).days if deadline is not None and payer and rest else None
    state = _state(payer, rest, back, deadline, days)
    papers = (*(number for _, _, number in named), *(numbers[x.repaid.key] for x in links))
    known = one.known
    families = {f: sum(landed.get(c, 0) for c in FAMILIES[f]) for f in ("purchase", "first_leg", "duty_tax")}
    left = {f: sum(told.remainder.get(c, 0) for c in FAMILIES[f]) for f in families}
    row = LossRow(
        key=str(one.movement), document=one.document, number=one.number, sku=one.sku, name=one.name, name_zh=one.name_zh,
        place=one.place, location=one.location, on=one.on, purpose=one.purpose, reason=one.reason, cause=cause.value,
        units=one.units, repaid_units=back, payer=payer, state=state, deadline=deadline if days is not None else None,
        days=days, how="+".join(dict.fromkeys(x.how for x in links)), papers=papers, source=rule.source if rule else "",
        landed=told.landed if known else None, purchase=families["purchase"] if known else None,
        first_leg=families["first_leg"] if known else None, duty_tax=families["duty_tax"] if known else None,
        disposal=one.costs.get("disposal", 0), repaid=booked, derived=derived, back=booked + derived,
        gain=told.gain if known else None,
        remainder=sum(told.remainder.values()) if known else None, left=left if known else None,
        expected=expected if known and state in ("open", "due", "part") and payer else None,
    )  # fmt: skip
    return row, loss


def _state(payer: str, rest: int, back: int, deadline: date | None, days: int | None) -> str:
    if not rest:
        return "paid"
    if not payer:
        return "part" if back else "none"
    if deadline is None or days is None:
        return "no_term"
    if days < 0:
        return "lapsed"
    return "due" if days <= SOON else "part" if back else "open"
