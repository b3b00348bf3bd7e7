"""What a seller's documents mean, said without the books: which of them are posted, wait or repeat, and the moves and
costs that the posted ones come to. The rule machine sends the same documents through the real door and compares."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.audit.ledger_words import day, document
from tests.properties.exact_model import Ledger, Move, rounded

CENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
ACCOUNTS = {"sales_order": "shop", "return": "shop", "receipt": "supplier", "cost_bill": "supplier"}
Name = tuple[str, str]
"""(type, id)"""


@dataclass(eq=False)
class Line:
    """A posted line that counts: what it says, when it was recorded."""

    says: tuple[Any, ...]
    recorded: int
    number: int


@dataclass(eq=False)
class Paper:
    """A document as sent: typed for the door, and as data for the model."""

    kind: str
    name: str
    when: float
    fields: dict[str, Any]

    @property
    def key(self) -> Name:
        return (self.kind, self.name)

    def typed(self) -> Any:
        return document(self.kind, self.name, self.when, **self.fields)

    def says(self) -> str:
        return repr((self.when, sorted(self.fields.items(), key=lambda pair: pair[0])))

    def digest(self) -> int:
        """The order-independent tie-break of the fold, as docs/methods/ledger.md states it."""
        account = str(self.fields.get(ACCOUNTS.get(self.kind, "company"), "")) or str(self.fields.get("company", ""))
        text = "\0".join(("manual", account, self.kind, self.name))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


@dataclass
class Seller:
    """One company (US dollars, UTC), places A and B, items X and Y; the books as they must be."""

    rates: dict[tuple[str, int], Fraction] = field(default_factory=dict)
    hashes: dict[Name, set[str]] = field(default_factory=dict)
    gone: set[Name] = field(default_factory=set)
    papers: dict[Name, Paper] = field(default_factory=dict)
    moves: dict[Name, dict[tuple[int, int], Line]] = field(default_factory=dict)
    costs: dict[Name, dict[int, Line]] = field(default_factory=dict)
    waiting: list[Paper] = field(default_factory=list)
    dropped: set[tuple[Name, str]] = field(default_factory=set)
    closings: dict[tuple[int, int], tuple[int, bool]] = field(default_factory=dict)
    counter: int = 0

    # -- the door ------------------------------------------------------------------------------------------------

    def deliver(self, papers: list[Paper], recorded: int) -> None:
        """A batch arrives; then what waited is tried again until nothing more goes."""
        progress = False
        for paper in papers:
            posted = self.take(paper, recorded)
            progress = progress or bool(posted)
            if posted:
                self.supersede(paper.key, len(self.waiting))
            elif posted is None and not self.told(paper):
                self.waiting.append(paper)
        while progress:
            progress = False
            for paper in list(self.waiting):
                posted = self.take(paper, recorded) if paper in self.waiting else None
                if posted is not None:
                    place = self.waiting.index(paper)
                    self.waiting.remove(paper)
                    self.supersede(paper.key, place)
                    progress = progress or posted
        self.split_anew()

    def split_anew(self) -> None:
        """What was split by quantity or weight follows its targets' quantities, as long as all of them count."""
        for key, lines in self.costs.items():
            for number, line in lines.items():
                component, base, targets = line.says
                says = {name: self.moves.get(name[0], {}).get(name[1:]) for name, _ in targets}
                if len(targets) > 1 and all(says.values()):
                    basis = self.papers[key].fields["lines"][number - 1]["basis"]
                    weighed = tuple((name, weight_of(basis, move.says)) for name, move in says.items() if move)
                    line.says = (component, base, weighed)

    def told(self, paper: Paper) -> bool:
        """Does the same content wait already, or was it dropped for a later telling?"""
        waits = {(other.key, other.says()) for other in self.waiting}
        return (paper.key, paper.says()) in waits | self.dropped

    def supersede(self, key: Name, upto: int) -> None:
        """A later telling is in the books: what waited of the document before it must not undo it."""
        for paper in [paper for paper in self.waiting[:upto] if paper.key == key]:
            self.waiting.remove(paper)
            self.dropped.add((key, paper.says()))

    def take(self, paper: Paper, recorded: int) -> bool | None:
        """True posted, False a repeat, None waits."""
        if paper.key not in self.gone and paper.says() in self.hashes.get(paper.key, ()):
            return False
        if not all(need() for need in NEEDS[paper.kind](self, paper)):
            return None
        POST[paper.kind](self, paper, recorded)
        before = self.hashes.get(paper.key, set())
        self.hashes[paper.key] = before | {paper.says()}
        self.gone.discard(paper.key)
        self.papers[paper.key] = paper
        return True

    def keep(self, paper: Paper, recorded: int, moves: dict[tuple[int, int], Any], costs: dict[int, Any]) -> None:
        """Equal lines of an earlier version stay as they were recorded; of a conversion all or none."""
        before = {number: line.says for number, line in self.moves.get(paper.key, {}).items()}
        if paper.kind == "conversion" and before != moves:
            self.moves.pop(paper.key, None)
        for store, lines in ((self.moves, moves), (self.costs, costs)):
            old = store.get(paper.key, {})
            kept: dict[Any, Line] = {}
            for number, says in lines.items():
                self.counter += 1
                same = number in old and old[number].says == says
                kept[number] = old[number] if same else Line(says, recorded, self.counter)
            store[paper.key] = kept

    def rate(self, currency: str, when: float) -> Fraction | None:
        """US dollars for one unit: the last published on or before the day."""
        if currency == "USD":
            return Fraction(1)
        days = [d for (c, d) in self.rates if c == currency and d <= int(when)]
        return self.rates[currency, max(days)] if days else None

    def dollars(self, amount: int, currency: str, when: float) -> int:
        rate = self.rate(currency, when)
        assert rate is not None
        return rounded(amount * rate * Fraction(10) ** (2 - CENTS[currency]))

    def live(self, key: Name) -> bool:
        return bool(self.moves.get(key))

    # -- the books -----------------------------------------------------------------------------------------------

    def fold_at(self, effective: int, recorded: int) -> tuple[int, bool]:
        """Facts recorded after a closing fold at its end."""
        ends = [end for (_, end), (at, closed) in self.closings.items() if closed and effective < end and recorded > at]
        return (max(ends), True) if ends else (effective, False)

    def ledger(self) -> Ledger:
        """Fold and price all that counts."""
        made: dict[tuple[Name, int, int], Move] = {}
        for key, lines in self.moves.items():
            for (number, ordinal), line in lines.items():
                kind, item, quantity, source, target, effective, _, share = line.says
                at, late = self.fold_at(effective, line.recorded)
                made[key, number, ordinal] = Move(
                    (f"{key[0]}/{key[1]}", number, ordinal), kind, item, quantity, source, target, at, late,
                    self.papers[key].digest(), None, f"{key[1]}" if kind == "convert" else "", share,
                )  # fmt: skip
        for key, lines in self.moves.items():
            for (number, ordinal), line in lines.items():
                of = line.says[6]
                if of:
                    made[key, number, ordinal].of = made.get(of)
        costs = []
        ordered = sorted(
            ((line.number, key, number, line) for key, lines in self.costs.items() for number, line in lines.items()),
            key=lambda entry: entry[0],
        )
        for _, key, number, line in ordered:
            component, amount, targets = line.says
            family = {"goods": "purchase", "freight": "first_leg", "duty": "duty_tax"}[component]
            live = [(made.get(target), weight) for target, weight in targets]
            nowhere = Move(("nowhere", 0, 0), "found", "", 0)
            costs.append(
                (f"{component} {key[0]}/{key[1]} {number}", family, amount, [(move or nowhere, w) for move, w in live])
            )
        return Ledger(list(made.values()), costs)


def _moves_of(seller: Seller, key: Name) -> list[tuple[tuple[Name, int, int], tuple[Any, ...]]]:
    return [((key, *number), line.says) for number, line in sorted(seller.moves.get(key, {}).items())]


def _instant(paper: Paper) -> int:
    return day(paper.when)


def _receipt(seller: Seller, paper: Paper, recorded: int) -> None:
    moves, costs = {}, {}
    for number, line in enumerate(paper.fields["lines"], 1):
        moves[number, 0] = (
            "receive", line["sku"], line["quantity"], "", paper.fields["location"], _instant(paper), None, 0,
        )  # fmt: skip
        if "price" in line:
            amount = rounded(Fraction(line["price"]["amount"] * line["quantity"], line["price"].get("per", 1)))
            base = seller.dollars(amount, paper.fields["currency"], paper.when)
            costs[number] = ("goods", base, (((paper.key, number, 0), 1),))
    seller.keep(paper, recorded, moves, costs)


def _sale(seller: Seller, paper: Paper, recorded: int) -> None:
    place = {"us": "A", "de": "B"}[paper.fields["shop"]]
    moves = {
        (number, 0): ("sell", line["sku"], line["quantity"], place, "", _instant(paper), None, 0)
        for number, line in enumerate(paper.fields["lines"], 1)
    }
    seller.keep(paper, recorded, moves, {})


def _return(seller: Seller, paper: Paper, recorded: int) -> None:
    order = ("sales_order", paper.fields["order"]["id"])
    moves: dict[tuple[int, int], Any] = {}
    left = {}
    for name, says in _moves_of(seller, order):
        back = sum(
            line.says[2]
            for key, lines in seller.moves.items()
            for line in lines.values()
            if line.says[6] == name and key != paper.key
        )
        left[name] = says[2] - back
    for number, line in enumerate(paper.fields["lines"], 1):
        quantity, ordinal = line["quantity"], 0
        for name, says in _moves_of(seller, order):
            part = min(quantity, left[name])
            if says[1] == line["sku"] and part > 0:
                moves[number, ordinal] = _back(paper, line, part, name)
                left[name], quantity, ordinal = left[name] - part, quantity - part, ordinal + 1
        if quantity:
            moves[number, ordinal] = _back(paper, line, quantity, None)
    seller.keep(paper, recorded, moves, {})


def _back(paper: Paper, line: dict[str, Any], units: int, of: Any) -> tuple[Any, ...]:
    return ("return", line["sku"], units, "", paper.fields["location"], _instant(paper), of, 0)


def _transfer(seller: Seller, paper: Paper, recorded: int) -> None:
    ends = paper.fields["origin"]["location"], paper.fields["destination"]["location"]
    moves = {
        (number, 0): ("transfer", line["sku"], line["quantity"], *ends, _instant(paper), None, 0)
        for number, line in enumerate(paper.fields["lines"], 1)
    }
    seller.keep(paper, recorded, moves, {})


def _conversion(seller: Seller, paper: Paper, recorded: int) -> None:
    place = paper.fields["cell"]["location"]
    moves: dict[tuple[int, int], Any] = {}
    for line in paper.fields["consumed"]:
        moves[len(moves) + 1, 0] = ("convert", line["sku"], line["quantity"], place, "", _instant(paper), None, 0)
    for line in paper.fields["produced"]:
        moves[len(moves) + 1, 0] = (
            "convert", line["sku"], line["quantity"], "", place, _instant(paper), None, line["share"],
        )  # fmt: skip
    seller.keep(paper, recorded, moves, {})


def _use(seller: Seller, paper: Paper, recorded: int) -> None:
    place = paper.fields["cell"]["location"]
    line = paper.fields["lines"][0]
    says = ("write_off", line["sku"], line["quantity"], place, "", _instant(paper), None, 0)
    seller.keep(paper, recorded, {(1, 0): says}, {})


def _count(seller: Seller, paper: Paper, recorded: int) -> None:
    line, place = paper.fields["lines"][0], paper.fields["location"]
    more = line["counted"] - line["expected"]
    kind, ends = ("found", ("", place)) if more > 0 else ("short", (place, ""))
    seller.keep(paper, recorded, {(1, 0): (kind, line["sku"], abs(more), *ends, _instant(paper), None, 0)}, {})


WEIGHTS = {"X": 300, "Y": 120}


def weight_of(basis: str, says: tuple[Any, ...]) -> int:
    """What a movement counts for in a split."""
    return {"quantity": says[2], "equal": 1, "weight": says[2] * WEIGHTS[says[1]]}[basis]


def _bill(seller: Seller, paper: Paper, recorded: int) -> None:
    sign = -1 if paper.kind == "supplier_credit" else 1
    costs = {}
    for number, line in enumerate(paper.fields["lines"], 1):
        targets: list[tuple[Any, int]] = []
        for target in line["targets"]:
            for name, says in _moves_of(seller, ("receipt", target["document"]["id"])):
                targets.append((name, weight_of(line["basis"], says)))
        targets = list(dict(targets).items())
        if len(targets) == 1:
            targets = [(targets[0][0], 1)]
        base = seller.dollars(sign * line["amount"], paper.fields["currency"], paper.when)
        costs[number] = (line["component"], base, tuple(targets))
    seller.keep(paper, recorded, {}, costs)


def _rate(seller: Seller, paper: Paper, recorded: int) -> None:
    fields = paper.fields
    seller.rates[fields["base"], int(paper.when)] = Fraction(fields["numerator"], fields["denominator"])


def _close(seller: Seller, paper: Paper, recorded: int) -> None:
    first, last = int(paper.fields["period_from"][-2:]) - 1, int(paper.fields["period_to"][-2:])
    seller.closings[day(first), day(last)] = (recorded, paper.kind == "period_close")


def _reversal(seller: Seller, paper: Paper, recorded: int) -> None:
    for ref in paper.fields["documents"]:
        key = (ref["type"], ref["id"])
        seller.moves.pop(key, None)
        seller.costs.pop(key, None)
        seller.gone.add(key)
        seller.hashes[key] = {seller.papers[key].says()}


def _known(seller: Seller, paper: Paper) -> list[Callable[[], bool]]:
    return [lambda: seller.rate(paper.fields.get("currency", "USD"), paper.when) is not None]


def _priced(seller: Seller, paper: Paper) -> list[Callable[[], bool]]:
    return _known(seller, paper) if any("price" in line for line in paper.fields["lines"]) else []


def _aimed(seller: Seller, paper: Paper) -> list[Callable[[], bool]]:
    keys = [("receipt", t["document"]["id"]) for line in paper.fields["lines"] for t in line["targets"]]
    return [*_known(seller, paper), lambda: all(seller.live(key) for key in keys)]


def _of_order(seller: Seller, paper: Paper) -> list[Callable[[], bool]]:
    return [lambda: seller.live(("sales_order", paper.fields["order"]["id"]))]


def _nothing(seller: Seller, paper: Paper) -> list[Callable[[], bool]]:
    return []


POST: dict[str, Callable[[Seller, Paper, int], None]] = {
    "receipt": _receipt, "sales_order": _sale, "return": _return, "transfer": _transfer, "conversion": _conversion,
    "stock_use": _use, "count": _count, "cost_bill": _bill, "supplier_credit": _bill, "fx_rate": _rate,
    "period_close": _close, "period_reopen": _close, "reversal": _reversal,
}  # fmt: skip
NEEDS: dict[str, Callable[[Seller, Paper], list[Callable[[], bool]]]] = {
    **dict.fromkeys(POST, _nothing), "receipt": _priced, "sales_order": _known, "return": _of_order, "cost_bill": _aimed,
    "supplier_credit": _aimed,
}  # fmt: skip
