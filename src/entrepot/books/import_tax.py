"""Cash or cost: the decision for every line of import tax, from dated registrations and the importer of record.

Nothing of it is stored with the facts. Who imported, where and when is taken from the bill; what it does not say from the
shipment whose goods it is aimed at, then from the incoterm of their order (DDP: the supplier imported), the place where they
came to, and the days between their move and the bill. The rule itself is :func:`entrepot.core.input_tax.decide`. Every answer
is as known at an instant, so what was reported stays, and a later registration shows as the prior-period adjustment.
"""

# ruff: noqa: S608 - statements are put together from our own names and from integers

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import connection

from entrepot.core.calendar import Instant, local_date
from entrepot.core.components import COMPONENTS
from entrepot.core.input_tax import GIVES_BACK, Decision, Import, Registration, decide, recovered

IMPORT_TAX = COMPONENTS["import_tax"]
FOREVER: Instant = 2**62
_AT_ONCE = 800
_IDENTITY = "{1}.type = {0}.type AND {1}.external_id = {0}.external_id AND {1}.source = {0}.source AND {1}.account = {0}.account"


@dataclass(frozen=True, slots=True)
class Decided:
    """One line of import tax: what is known of its import, and the decision. Minor units; ``base`` in the company's currency."""

    line: int
    company: int
    entry: Import
    decision: Decision
    currency: str
    amount: int
    base: int

    @property
    def back(self) -> int:
        """What comes back, in the company's currency."""
        return recovered(self.base, self.decision.share)

    @property
    def back_amount(self) -> int:
        """What comes back, in the line's currency."""
        return recovered(self.amount, self.decision.share)


def registrations(known: Instant = FOREVER) -> dict[int, list[Registration]]:
    """Company → its registrations as known then: of each document the latest version, unless it was taken back."""
    latest: dict[tuple[Any, ...], tuple[bool, int, Registration]] = {}
    for row in _rows(
        "SELECT d.type, d.external_id, d.source, d.account, r.company_id, r.country, r.scheme, r.number, r.valid_from, "
        "r.valid_to, r.share_numerator, r.share_denominator, w.recorded_at FROM books_taxregistration r "
        "JOIN books_document d ON d.id = r.document_id LEFT JOIN books_reversed x ON x.document_id = d.id "
        "LEFT JOIN books_document w ON w.id = x.by_id WHERE d.recorded_at + 0 <= %s ORDER BY d.version", [known]
    ):  # fmt: skip
        gone = row[12] is not None and row[12] <= known
        told = Registration(
            row[5], row[6], row[7], _day(row[8]), _day(row[9]) if row[9] else None, Fraction(row[10], row[11])
        )
        latest[tuple(row[:4])] = (gone, row[4], told)
    found: dict[int, list[Registration]] = defaultdict(list)
    for gone, company, told in latest.values():
        if not gone:
            found[company].append(told)
    return dict(found)


def shares(lines: Collection[int], known: Instant = FOREVER) -> dict[int, Fraction]:
    """Of lines of import tax: the part that comes back, where any does. Costs next to nothing where nobody is registered."""
    held = registrations(known)
    if not any(r.scheme in GIVES_BACK and r.share for told in held.values() for r in told):
        return {}
    found = _decide(lines, known, held)
    return {one.line: one.decision.share for one in found if one.decision.share}


def decisions(lines: Collection[int], known: Instant = FOREVER) -> list[Decided]:
    """The decision for every one of ``lines`` (import tax that counts), by line."""
    return sorted(_decide(lines, known, registrations(known)), key=lambda one: one.line)


def _decide(lines: Collection[int], known: Instant, held: dict[int, list[Registration]]) -> Iterator[Decided]:
    chosen = sorted(lines)
    for start in range(0, len(chosen), _AT_ONCE):
        yield from _part(chosen[start : start + _AT_ONCE], known, held)


class _Line(NamedTuple):
    id: int
    company: int
    code: str
    zone: str
    target_kind: str
    at: Instant
    place: str
    document: int
    type: str
    currency: str
    amount: int
    base: int


class _Said(NamedTuple):
    """What one paper says of an import."""

    importer: str = ""
    country: str = ""
    tax_point: date | None = None
    scheme: str = ""


@dataclass(slots=True)
class _Goods:
    """What the targets of a line tell: importers of record, countries, days."""

    importers: set[str] = field(default_factory=set[str])
    countries: set[str] = field(default_factory=set[str])
    days: set[date] = field(default_factory=set[date])


def _part(lines: list[int], known: Instant, held: dict[int, list[Registration]]) -> Iterator[Decided]:
    whose = _origins(lines, known)
    told = {line.id: line for line in _lines({*lines, *whose.values()})}
    said = _said([told[whose.get(line, line)].document for line in lines if whose.get(line, line) in told], known)
    goods = _goods([whose.get(line, line) for line in lines], told, known)
    for line in lines:
        one = told.get(line)
        if one is None:
            continue
        charged = told.get(whose.get(line, line), one)
        entry = _entry(one, charged, said.get(charged.document, _Said()), goods.get(charged.id, _Goods()))
        answer = decide(entry, held.get(one.company, ()))
        yield Decided(line, one.company, entry, answer, one.currency, one.amount, one.base)


def _entry(line: _Line, charged: _Line, said: _Said, goods: _Goods) -> Import:
    """What is known of an import: the bill's word first, then what its goods tell."""
    own = line.code
    ours = {own if code.casefold() == own.casefold() else code for code in goods.importers}
    importer = said.importer or (next(iter(ours)) if len(ours) == 1 else "")
    if importer.casefold() == own.casefold():
        importer = own
    countries = {said.country} if said.country else goods.countries or {charged.place}
    mixed = (not said.importer and len(ours) > 1) or len(countries) > 1
    if said.tax_point is not None:
        days: tuple[date, ...] = (said.tax_point,)
    elif charged.type == "opening_balance" and goods.days:
        days = tuple(sorted(goods.days))
    else:
        every = sorted({*goods.days, local_date(charged.at, charged.zone)})
        days = (every[0], every[-1]) if len(every) > 1 else tuple(every)
    country = next(iter(countries)) if len(countries) == 1 else ""
    return Import(own, country, "" if mixed and not said.importer else importer, days, said.scheme, mixed)


def _lines(lines: Collection[int]) -> Iterator[_Line]:
    for part in _parts(lines):
        for row in _rows(
            "SELECT c.id, c.company_id, o.code, o.zone, c.target_kind, c.effective_at, COALESCE(l.country, ''), "
            "c.document_id, d.type, c.currency, c.amount, c.base_amount FROM books_costline c "
            "JOIN books_company o ON o.id = c.company_id JOIN books_document d ON d.id = c.document_id "
            f"LEFT JOIN books_location l ON l.id = c.location_id WHERE c.id IN ({part}) AND c.component = {IMPORT_TAX}"
        ):
            yield _Line(*row)


def _origins(lines: Collection[int], known: Instant) -> dict[int, int]:
    """Lines that give tax back → the line that charged it, as it was corrected until then; lines told again after a
    withdrawal → the line that they tell."""
    found: dict[int, int] = {}
    copies: dict[int, int] = {}
    for part in _parts(lines):
        for line, origin, kind in _rows(
            "SELECT o.cost_line_id, o.origin_id, d.type FROM books_taxorigin o JOIN books_document d "
            f"ON d.id = o.document_id WHERE o.cost_line_id IN ({part})"
        ):
            (copies if kind == "reversal" else found)[line] = origin
    while True:
        step: dict[int, int] = {}
        for part in _parts(set(found.values())):
            step |= dict(
                _rows(
                    "SELECT cost_line_id, new_cost_line_id FROM books_replacement WHERE new_cost_line_id IS NOT NULL "
                    f"AND recorded_at <= %s AND cost_line_id IN ({part})", [known]
                )
            )  # fmt: skip
        if not step:
            return found | copies
        found = {line: step.get(origin, origin) for line, origin in found.items()}


def _said(documents: Collection[int], known: Instant) -> dict[int, _Said]:
    """Document → what its latest known version says of the import."""
    found: dict[int, _Said] = {}
    for part in _parts(documents):
        for row in _rows(
            "SELECT d.id, t.importer, t.country, t.tax_point, t.scheme FROM books_document d "
            f"JOIN books_document v ON {_IDENTITY.format('d', 'v')} "
            "LEFT JOIN books_importterms t ON t.document_id = v.id "
            f"WHERE d.id IN ({part}) AND v.recorded_at <= %s ORDER BY v.version", [known]
        ):  # fmt: skip
            found[row[0]] = _Said(row[1] or "", row[2] or "", _day(row[3]) if row[3] else None, row[4] or "")
    return found


def _goods(lines: Collection[int], told: dict[int, _Line], known: Instant) -> dict[int, _Goods]:
    """Line → what the movements and sales that it is aimed at tell of the import."""
    aims = _aims(lines, known)
    moved = _now({m for targets in aims.values() for m, _ in targets if m}, known)
    moves = _moves(set(moved.values()))
    sales = _sales({s for targets in aims.values() for _, s in targets if s})
    shipped = _shipments({(m.company, m.transit) for m in moves.values() if m.transit}, known)
    orders = _delivered_duty_paid({m.order for m in moves.values() if m.order})
    found: dict[int, _Goods] = {}
    for line, targets in aims.items():
        goods = found[line] = _Goods()
        zone = told[line].zone if line in told else "UTC"
        for movement, sold in targets:
            if sold:
                country, at = sales.get(sold, ("", None))
                goods.countries.add(country)
                goods.importers.add("")
                if at is not None:
                    goods.days.add(local_date(at, zone))
                continue
            move = moves.get(moved.get(movement, movement))
            if move is None:
                continue
            goods.countries.add(move.country)
            goods.days.add(local_date(move.at, zone))
            stated = shipped.get((move.company, move.transit), "") if move.transit else ""
            goods.importers.add(stated or orders.get(move.order, ""))
    return found


class _Move(NamedTuple):
    company: int
    at: Instant
    country: str
    transit: str
    order: int


def _aims(lines: Collection[int], known: Instant) -> dict[int, list[tuple[int, int]]]:
    """Line → the movements and sales lines of its latest known basis."""
    found: dict[int, tuple[int, list[tuple[int, int]]]] = {}
    for part in _parts(lines):
        for line, version, movement, sold in _rows(
            "SELECT b.cost_line_id, b.version, COALESCE(s.movement_id, 0), COALESCE(s.sales_line_id, 0) "
            "FROM books_basis b JOIN books_basisshare s ON s.basis_id = b.id "
            f"WHERE b.cost_line_id IN ({part}) AND b.recorded_at <= %s ORDER BY b.version, s.ordinal", [known]
        ):  # fmt: skip
            if line not in found or found[line][0] != version:
                found[line] = (version, [])
            found[line][1].append((movement, sold))
    return {line: targets for line, (_, targets) in found.items()}


def _now(movements: Collection[int], known: Instant) -> dict[int, int]:
    """Movements as they were corrected until then."""
    ends = {movement: movement for movement in movements}
    while True:
        step: dict[int, int] = {}
        for part in _parts(set(ends.values())):
            step |= dict(
                _rows(
                    "SELECT movement_id, new_movement_id FROM books_replacement WHERE new_movement_id IS NOT NULL "
                    f"AND recorded_at <= %s AND movement_id IN ({part})", [known]
                )
            )  # fmt: skip
        if not step:
            return ends
        ends = {start: step.get(end, end) for start, end in ends.items()}


def _moves(movements: Collection[int]) -> dict[int, _Move]:
    found: dict[int, _Move] = {}
    for part in _parts(movements):
        for pk, *row in _rows(
            "SELECT m.id, m.company_id, m.effective_at, COALESCE(NULLIF(tl.country, ''), fl.country, ''), "
            "COALESCE(NULLIF(tc.transit, ''), fc.transit, ''), COALESCE(p.document_id, 0) FROM books_movement m "
            "LEFT JOIN books_cell tc ON tc.id = m.to_cell_id LEFT JOIN books_location tl ON tl.id = tc.location_id "
            "LEFT JOIN books_cell fc ON fc.id = m.from_cell_id LEFT JOIN books_location fl ON fl.id = fc.location_id "
            f"LEFT JOIN books_purchaseline p ON p.id = m.purchase_line_id WHERE m.id IN ({part})"
        ):
            found[pk] = _Move(*row)
    return found


def _sales(lines: Collection[int]) -> dict[int, tuple[str, Instant | None]]:
    found: dict[int, tuple[str, Instant | None]] = {}
    for part in _parts(lines):
        for pk, country, at in _rows(f"SELECT id, country, ordered_at FROM books_salesline WHERE id IN ({part})"):
            found[pk] = (country or "", at)
    return found


def _shipments(numbers: set[tuple[int, str]], known: Instant) -> dict[tuple[int, str], str]:
    """Company and number of a shipment → the importer of record that its latest known version states."""
    if not numbers:
        return {}
    found: dict[tuple[int, str], str] = {}
    for company, number, importer, gone in _rows(
        "SELECT s.company_id, s.number, COALESCE(t.importer, ''), w.recorded_at FROM books_shipment s "
        "JOIN books_document d ON d.id = s.document_id LEFT JOIN books_importterms t ON t.document_id = d.id "
        "LEFT JOIN books_reversed x ON x.document_id = d.id LEFT JOIN books_document w ON w.id = x.by_id "
        "WHERE d.recorded_at + 0 <= %s AND EXISTS (SELECT 1 FROM books_importterms) ORDER BY d.version", [known]
    ):  # fmt: skip
        if (company, number) in numbers:
            found[company, number] = "" if gone is not None and gone <= known else importer
    return found


def _delivered_duty_paid(orders: set[int]) -> dict[int, str]:
    """Orders whose supplier imported by their incoterm → his code."""
    found: dict[int, str] = {}
    for part in _parts(orders):
        for pk, body in _rows(f"SELECT id, body FROM books_document WHERE id IN ({part})"):
            order = json.loads(bytes(body))
            if order.get("incoterm") == "DDP":
                found[pk] = str(order["supplier"])
    return found


def _parts(numbers: Iterable[int]) -> Iterator[str]:
    chosen = sorted(numbers)
    for start in range(0, len(chosen), _AT_ONCE):
        yield ", ".join(str(int(number)) for number in chosen[start : start + _AT_ONCE])


def _rows(statement: str, parameters: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        return cursor.fetchall()


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


__all__ = ["IMPORT_TAX", "Decided", "decisions", "registrations", "shares"]
