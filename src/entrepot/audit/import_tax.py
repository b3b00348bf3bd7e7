"""Import tax, cash or cost, told a second time: from the stored documents themselves, by the checker's own arithmetic.

A company gets the tax on an import back where it was the importer and registered (VAT, GST, or a flat rate with a share) in the
country on the day of the tax. The bill says who, where and when; else the shipment of its goods, the DDP order that brought
them (its supplier imported), the place where they came to, and the days from their move to the bill. What is not known leaves
the tax in the cost.
"""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, NamedTuple

from entrepot.audit.arithmetic import rounded
from entrepot.audit.reading import Connection, among, rows
from entrepot.audit.registers import local_day
from entrepot.audit.report import CheckReport
from entrepot.audit.vocabulary import NUMBER_OF

IMPORT_TAX = NUMBER_OF["import_tax"]
_BACK = ("vat", "gst", "flat_rate")
_SURE = ("recovered", "partly", "not_registered", "flat_rate", "other_importer", "stated_cost", "ioss")


class Tax(NamedTuple):
    """What of a line of import tax comes back, in the company's and in its own currency, and why."""

    back: int
    back_amount: int
    code: str
    base: int


class _Number(NamedTuple):
    since: str
    number: str
    share: Fraction
    country: str
    until: str


def taxes(connection: Connection) -> dict[int, Tax]:
    """Every live line of import tax, by number."""
    lines = rows(
        connection,
        "SELECT c.id, c.document_id, c.company_id, o.code, o.zone, c.effective_at, c.amount, c.base_amount, "
        "COALESCE(l.country, '') FROM books_costline c JOIN books_company o ON o.id = c.company_id "
        "LEFT JOIN books_location l ON l.id = c.location_id "
        f"LEFT JOIN books_replacement r ON r.cost_line_id = c.id WHERE c.component = {IMPORT_TAX} AND r.id IS NULL",
    )
    every = list(lines)
    if not every:
        return {}
    numbers = _numbers(connection)
    said = _Said(connection, [row[0] for row in every])
    found: dict[int, Tax] = {}
    for line, document, company, code, zone, at, amount, base, place in every:
        entry = said.entry(line, document, at, place, code, zone)
        share, why = _answer(entry, numbers.get(company, []), code)
        found[line] = Tax(_part(base, share), _part(amount, share), why, base)
    return found


def _part(amount: int, share: Fraction) -> int:
    return rounded(amount * share.numerator, share.denominator)


def _answer(entry: dict[str, Any], held: list[_Number], own: str) -> tuple[Fraction, str]:
    nothing = Fraction(0)
    why = _never(entry, own) or ("" if held else "not_registered") or _unclear(entry)
    if why:
        return nothing, why
    on: list[_Number | None] = []
    for day in entry["days"]:
        valid = [
            n for n in held if n.country == entry["country"] and n.since <= day and (not n.until or day <= n.until)
        ]
        on.append(max(valid) if valid else None)
    if not any(n and n.share for n in on):
        return nothing, "flat_rate" if any(on) else "not_registered"
    if not entry["importer"]:
        return nothing, "importer_missing"
    every = {n.share if n else nothing for n in on}
    if len(every) > 1:
        return min(every), "tax_point_missing"
    share = every.pop()
    return share, "recovered" if share == 1 else "partly"


def _never(entry: dict[str, Any], own: str) -> str:
    if entry["scheme"] in ("not_recoverable", "ioss"):
        return "stated_cost" if entry["scheme"] == "not_recoverable" else "ioss"
    return "other_importer" if entry["importer"] and entry["importer"].casefold() != own.casefold() else ""


def _unclear(entry: dict[str, Any]) -> str:
    return "mixed" if entry["mixed"] else "" if entry["country"] else "country_missing"


def _latest(connection: Connection, kind: str) -> dict[tuple[str, str, str], tuple[int, int, dict[str, Any], bool]]:
    """Identity → document, company, body, taken back: of the latest version of each document of a kind."""
    found: dict[tuple[str, str, str], tuple[int, int, dict[str, Any], bool]] = {}
    for pk, source, account, name, company, body, gone in rows(
        connection,
        "SELECT d.id, d.source, d.account, d.external_id, d.company_id, d.body, r.id FROM books_document d "
        f"LEFT JOIN books_reversed r ON r.document_id = d.id WHERE d.type = '{kind}' ORDER BY d.version",
    ):
        found[source, account, name] = (pk, company, json.loads(bytes(body)), gone is not None)
    return found


def _numbers(connection: Connection) -> dict[int, list[_Number]]:
    found: dict[int, list[_Number]] = {}
    for _, company, body, gone in _latest(connection, "tax_registration").values():
        if gone or body["scheme"] not in _BACK:
            continue
        top = body.get("numerator")
        share = (
            Fraction(int(body["scheme"] != "flat_rate")) if top is None else Fraction(top, body.get("denominator", 1))
        )
        one = _Number(body["valid_from"], body["number"], share, body["country"], body.get("valid_to") or "")
        found.setdefault(company, []).append(one)
    return found


class _Said:
    """What documents and goods tell of the imports behind ``lines``."""

    def __init__(self, connection: Connection, lines: list[int]) -> None:
        self.connection = connection
        replaced = dict(
            rows(
                connection,
                "SELECT cost_line_id, new_cost_line_id FROM books_replacement WHERE new_cost_line_id IS NOT NULL "
                "AND cost_line_id IN (SELECT origin_id FROM books_taxorigin UNION SELECT id FROM books_costline "
                f"WHERE component = {IMPORT_TAX})",
            )
        )
        self.charged: dict[int, int] = {}
        for line, origin, kind in rows(
            connection,
            "SELECT t.cost_line_id, t.origin_id, d.type FROM books_taxorigin t JOIN books_document d ON d.id = t.document_id",
        ):
            now = origin
            while kind != "reversal" and now in replaced:
                now = replaced[now]
            self.charged[line] = now
        self.head: dict[int, tuple[int, int, str]] = {
            line: (document, at, kind)
            for line, document, at, kind in rows(
                connection,
                "SELECT c.id, c.document_id, c.effective_at, d.type FROM books_costline c JOIN books_document d "
                f"ON d.id = c.document_id WHERE c.component = {IMPORT_TAX}",
            )
        }
        self._targets(sorted({self.charged.get(line, line) for line in lines}))
        self.shipments = {
            (company, name): "" if gone else str(body.get("importer", ""))
            for (_, _, name), (_, company, body, gone) in _latest(connection, "shipment").items()
        }
        self.bodies: dict[int, dict[str, Any]] = {}

    def _targets(self, lines: list[int]) -> None:
        """Line → (country, day in UTC microseconds, importer's key) of everything that its latest basis aims at."""
        latest: dict[int, tuple[int, list[tuple[int, int]]]] = {}
        for start in range(0, len(lines), 5000):
            for line, version, movement, sold in rows(
                self.connection,
                "SELECT b.cost_line_id, b.version, COALESCE(s.movement_id, 0), COALESCE(s.sales_line_id, 0) FROM books_basis b "
                f"JOIN books_basisshare s ON s.basis_id = b.id WHERE b.cost_line_id IN {among(lines[start : start + 5000])} "
                "ORDER BY b.version",
            ):
                if line not in latest or latest[line][0] < version:
                    latest[line] = (version, [])
                latest[line][1].append((movement, sold))
        step = dict(
            rows(
                self.connection,
                "SELECT movement_id, new_movement_id FROM books_replacement WHERE movement_id IS NOT NULL "
                "AND new_movement_id IS NOT NULL",
            )
        )
        self.aims: dict[int, list[tuple[int, int]]] = {}
        for line, (_, targets) in latest.items():
            ends = []
            for moved, sold in targets:
                now = moved
                while now in step:
                    now = step[now]
                ends.append((now, sold))
            self.aims[line] = ends
        moves = sorted({moved for targets in self.aims.values() for moved, _ in targets if moved})
        sales = sorted({sold for targets in self.aims.values() for _, sold in targets if sold})
        self.moves: dict[int, tuple[Any, ...]] = {}
        for start in range(0, len(moves), 5000):
            for pk, *row in rows(
                self.connection,
                "SELECT m.id, m.company_id, m.effective_at, tl.country, fl.country, tc.transit, fc.transit, p.document_id "
                "FROM books_movement m LEFT JOIN books_cell tc ON tc.id = m.to_cell_id "
                "LEFT JOIN books_location tl ON tl.id = tc.location_id LEFT JOIN books_cell fc ON fc.id = m.from_cell_id "
                "LEFT JOIN books_location fl ON fl.id = fc.location_id "
                "LEFT JOIN books_purchaseline p ON p.id = m.purchase_line_id "
                f"WHERE m.id IN {among(moves[start : start + 5000])}",
            ):
                self.moves[pk] = tuple(row)
        self.sales: dict[int, tuple[str, int]] = {}
        for start in range(0, len(sales), 5000):
            part = among(sales[start : start + 5000])
            for pk, country, at in rows(
                self.connection, f"SELECT id, country, ordered_at FROM books_salesline WHERE id IN {part}"
            ):
                self.sales[pk] = (country or "", at)

    def entry(self, line: int, document: int, at: int, place: str, own: str, zone: str) -> dict[str, Any]:
        """Importer, country, days, scheme, mixed: of the bill that charged ``line``."""
        charged = self.charged.get(line, line)
        document, at, kind = self.head.get(charged, (document, at, ""))
        bill = self._body(document)
        importers, countries, days = set[str](), set[str](), set[str]()
        for moved, sold in self.aims.get(charged, ()):
            if sold:
                country, ordered = self.sales[sold]
                importers.add("")
                countries.add(country)
                days.add(local_day(ordered, zone).isoformat())
                continue
            company, went, there, here, coming, going, order = self.moves[moved]
            countries.add(there or here or "")
            days.add(local_day(went, zone).isoformat())
            transit = coming or going or ""
            stated = self.shipments.get((company, transit), "") if transit else ""
            importers.add(stated or self._supplier(order))
        ours = {own if who.casefold() == own.casefold() else who for who in importers}
        stated = str(bill.get("importer", ""))
        where = {bill["tax_country"]} if bill.get("tax_country") else countries or {place}
        mixed = (not stated and len(ours) > 1) or len(where) > 1
        if bill.get("tax_point"):
            when = [bill["tax_point"]]
        elif kind == "opening_balance" and days:
            when = sorted(days)
        else:
            spread = sorted({*days, local_day(at, zone).isoformat()})
            when = [spread[0], spread[-1]]
        return {
            "importer": stated or ("" if mixed or len(ours) != 1 else next(iter(ours))),
            "country": next(iter(where)) if len(where) == 1 else "",
            "days": when,
            "scheme": bill.get("tax_scheme") or "",
            "mixed": mixed,
        }

    def _body(self, document: int) -> dict[str, Any]:
        """The latest version's body of the document that ``document`` is a version of."""
        if document not in self.bodies:
            versions = list(
                rows(
                    self.connection,
                    "SELECT v.body FROM books_document d JOIN books_document v ON v.type = d.type AND v.source = d.source "
                    f"AND v.account = d.account AND v.external_id = d.external_id WHERE d.id = {document} ORDER BY v.version",
                )
            )
            self.bodies[document] = json.loads(bytes(versions[-1][0])) if versions else {}
        return self.bodies[document]

    def _supplier(self, order: int | None) -> str:
        if not order:
            return ""
        key = -order
        if key not in self.bodies:
            ((body,),) = rows(self.connection, f"SELECT body FROM books_document WHERE id = {order}")
            self.bodies[key] = json.loads(bytes(body))
        told = self.bodies[key]
        return str(told["supplier"]) if told.get("incoterm") == "DDP" else ""


def figures(connection: Connection, wanted: dict[int, Tax], report: CheckReport) -> None:
    """M: every line of import tax is what it cost and what comes back; the stored decisions are these."""
    stored = {
        line: (back, back_amount, code, base, bool(certain))
        for line, back, back_amount, code, base, certain in rows(
            connection,
            "SELECT cost_line_id, recovered, recovered_amount, code, base_amount, certain FROM books_importtaxfigure",
        )
    }
    for line in wanted.keys() | stored.keys():
        tax = wanted.get(line)
        told = (*tax, tax.code in _SURE) if tax else None
        report.compare(
            "M", f"import tax of cost line {line} (back, in its currency, why, whole, certain)", told, stored.get(line)
        )
