"""Documents against their postings: every stored body is read again, and the rows it must have become are compared with
the rows that are there, one to one, corrections and reversals followed.
"""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

import hashlib
import json
from datetime import date
from fractions import Fraction
from typing import Any

from entrepot.audit.expected import (
    COST_FIELDS,
    MOVE_FIELDS,
    PAYMENT_FIELDS,
    PURCHASE_FIELDS,
    REFUND_FIELDS,
    SALE_FIELDS,
    Context,
    Expected,
    Source,
)
from entrepot.audit.expected_bills import BILL_RULES
from entrepot.audit.expected_buying import BUYING_RULES
from entrepot.audit.expected_closing import CLOSING_RULES
from entrepot.audit.expected_import_tax import IMPORT_TAX_RULES, import_terms
from entrepot.audit.expected_purchasing import PURCHASING_RULES
from entrepot.audit.expected_rebates import REBATE_RULES
from entrepot.audit.expected_selling import SELLING_RULES
from entrepot.audit.expected_stock import STOCK_RULES
from entrepot.audit.rates import Rates
from entrepot.audit.reading import Connection, Row, among, day, number, rows, sliced
from entrepot.audit.rebate_rows import STORED as REBATE_TABLES
from entrepot.audit.references import References
from entrepot.audit.registers import Registers, UnknownCode, instant
from entrepot.audit.report import CheckReport
from entrepot.audit.stored import Stored, bases
from entrepot.audit.values import Goods, resplits, up_to_date

RULES = {
    **STOCK_RULES,
    **BUYING_RULES,
    **SELLING_RULES,
    **BILL_RULES,
    **REBATE_RULES,
    **PURCHASING_RULES,
    **IMPORT_TAX_RULES,
    **CLOSING_RULES,
}
MASTER = ("listing", "bundle", "item")
SLICE = 4000


class Documents:
    """One pass over all documents in the order in which they were posted."""

    def __init__(self, connection: Connection, registers: Registers, report: CheckReport) -> None:
        self.connection, self.report = connection, report
        self.references = References(connection)
        self.context = Context(connection, registers, self.references, Rates(), Goods(connection, self.references))
        self.versions: dict[tuple[str, str, str, str], list[int]] = {}
        self.reversed = dict(rows(connection, "SELECT document_id, by_id FROM books_reversed"))
        self._several = {
            tuple(row)
            for row in rows(
                connection,
                "SELECT source, account, type, external_id FROM books_document WHERE version > 1",
            )
        }
        self._sales_line = 0

    def check(self) -> None:
        """Compare everything."""
        columns = (
            "id, source, account, type, external_id, version, COALESCE(company_id, 0), key, effective_at, recorded_at, "
            "batch_id, sha256, body"
        )
        for part in sliced(self.connection, "books_document", columns, size=SLICE):
            stored = Stored(self.connection, part[0][0], part[-1][0])
            for row in part:
                self._one(Source(*row[:11]), str(row[11]), bytes(row[12]), stored)
        resplits(self.connection, self.context.registers, self.context.goods, self.report)
        up_to_date(self.connection, self.context.goods, self.report)
        self._orphans()

    def _one(self, source: Source, sha: str, content: bytes, stored: Stored) -> None:
        report = self.report
        report.count("documents")
        place = f"{source.type} {source.external_id} v{source.version} (document {source.id})"
        report.compare("D", f"{place} sha256", hashlib.sha256(content).hexdigest(), sha)
        try:
            body = json.loads(content)
        except ValueError:
            report.add("D", f"{place} body", "JSON", content[:40])
            return
        report.count("lines", max(1, len(body.get("lines", ()))))
        identity = (source.source, source.account, source.type, source.external_id)
        older = self.versions.get(identity, [])
        gone = bool(older) and self.reversed.get(older[-1], source.id) < source.id
        try:
            self._header(source, body, place, len(older) + 1)
        except (KeyError, ValueError, TypeError, UnknownCode) as error:
            report.add("D", f"{place} header", "a readable one", repr(error))
        self.context.older = set() if gone or source.type == "reversal" else set(older)
        self.context.before = set(older)
        if identity in self._several:
            self.versions[identity] = [*older, source.id]
        try:
            expected = self._derive(source, body, stored)
        except Exception as error:
            report.add("D", f"{place} cannot be derived", "a posted document", repr(error))
            return
        self._compare(source, place, expected, stored)
        if source.type == "payment":
            self.context.rates.dead |= self.context.older

    def _header(self, source: Source, body: dict[str, Any], place: str, version: int) -> None:
        registers, report = self.context.registers, self.report
        text = "\0".join((source.source, source.account, source.type, source.external_id))
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
        own = registers.companies.get(source.company)
        account = body.get("account") or ""
        if not account and source.type != "item":
            account = body.get("shop") or body.get("supplier") or body.get("company") or ""
        said = (
            body["id"],
            body.get("source", "manual"),
            account,
            instant(body["effective_at"]),
            key,
            version if version > 1 else source.version if source.version == 1 else version,
        )
        found = (
            source.external_id,
            source.source,
            source.account,
            source.effective_at,
            source.key,
            source.version,
        )
        report.compare("D", f"{place} header", said, found)
        if own and body.get("company") and source.type != "tax_registration":
            report.compare("D", f"{place} company", body["company"], own.code)
        elif own and body.get("shop"):
            report.compare("D", f"{place} company", registers.shop(body["shop"]).company, own.id)

    def _derive(self, source: Source, body: dict[str, Any], stored: Stored) -> Expected:
        expected, context = Expected(), self.context
        if source.type in MASTER:
            context.registers.master(source.type, body)
        elif source.type == "fx_rate":
            if body.get("purpose", "books") == "books":
                value = Fraction(body["numerator"], body.get("denominator", 1))
                context.rates.publish(body["base"], body["quote"], date.fromisoformat(body["date"]), value)
        elif source.type == "reversal":
            self._reversal(source, body, expected)
        elif source.type in RULES:
            context.stored_moves = {}
            for pk, line, ordinal in self._older_moves(source):
                context.stored_moves[line, ordinal] = pk
            for row in stored.moves.get(source.id, ()):
                context.stored_moves[row[2], row[3]] = row[1]
            RULES[source.type](context, source, body, expected)
            import_terms(source, body, expected)
        return expected

    def _older_moves(self, source: Source) -> list[tuple[int, int, int]]:
        if not self.context.older:
            return []
        return [
            (pk, line, ordinal)
            for pk, line, ordinal in rows(
                self.connection,
                "SELECT id, line, ordinal FROM books_movement WHERE document_id IN "
                f"{among(sorted(self.context.older))}",
            )
            if self.references.live("movement", pk, source.id)
        ]

    def _reversal(self, source: Source, body: dict[str, Any], expected: Expected) -> None:
        """Everything that the named documents posted and that still counted is taken back."""
        for ref in body["documents"]:
            documents = self.references.documents(ref, source.id)
            if not documents:
                raise UnknownCode(f"{ref['type']} {ref['id']!r}")
            self.context.rates.dead |= set(documents)
            for table, name in TABLES.items():
                for (pk,) in rows(
                    self.connection,
                    f"SELECT id FROM books_{name} WHERE document_id IN {among(documents)} ORDER BY document_id, id",
                ):
                    if self.references.live(table, pk, source.id):
                        expected.replaced[table, pk] = None
                        revived = self.references.costs.revived(pk) if table == "cost_line" else []
                        for row in revived:
                            expected.costs.append((len(expected.costs) + 1, 0, *row))

    def _compare(self, source: Source, place: str, expected: Expected, stored: Stored) -> None:
        pk = source.id
        sales = {row[2]: row[1] for row in stored.sales.get(pk, ())}
        moves = stored.moves.get(pk, [])
        old: dict[str, dict[tuple[int, int], tuple[int, Row]]] = {}
        if self.context.older:
            old = self._live_older(source)
        if expected.moves or moves or old:
            self._rows("movement", place, MOVE_FIELDS, expected.moves, [(r[1], r[2:16]) for r in moves], old, expected)
        for row in moves:
            wanted = sales.get(row[2], row[18] if self.context.older or row[6] != 14 else 0)
            if (row[16], row[17], row[18]) != (source.recorded_at, source.key, wanted):
                self.report.add(
                    "D", f"{place} movement {row[1]}", (source.recorded_at, source.key, wanted), tuple(row[16:19])
                )
        if expected.sales or pk in stored.sales or old:
            self._rows(
                "sales_line",
                place,
                SALE_FIELDS,
                expected.sales,
                [(r[1], r[2:16]) for r in stored.sales.get(pk, ())],
                old,
                expected,
            )
        self._rest(source, place, expected, stored, old)

    def _rest(self, source: Source, place: str, expected: Expected, stored: Stored, old: Any) -> None:
        pk = source.id
        if expected.refunds or old or pk in stored.refunds:
            refunds = [(row[1], row[2:12]) for row in stored.refunds.get(pk, ())]
            self._rows("refund_line", place, REFUND_FIELDS, expected.refunds, refunds, old, expected)
        if expected.costs or old or pk in stored.costs:
            costs = []
            for row in stored.costs.get(pk, ()):
                basis, targets = stored.bases.get(row[1], ("", ()))
                costs.append((row[1], (*row[2:15], int(row[15]), int(row[16]), row[17], basis, targets)))
            if source.type in ("payment", "purchase_order"):
                old = {}  # its rows replace what they convert anew, told by the rule itself
            elif expected.costs and self.context.before and source.type != "reversal":
                taken = self.references.costs.taken_over(self.context.before, source.id)
                kept = []
                for row in expected.costs:
                    standing = taken.get(row[:2])
                    if standing is not None and standing[1] not in ("payment", "purchase_order", "reversal"):
                        continue
                    if standing is not None:
                        expected.replaced.setdefault(("cost_line", standing[0]), row[:2])
                    kept.append(row)
                expected.costs = kept
            self._rows("cost_line", place, COST_FIELDS, expected.costs, costs, old, expected)
        self._plain_rows(source, place, expected, stored)
        if expected.replaced or pk in stored.replaced:
            self._replaced(source, place, expected, stored)

    def _plain_rows(self, source: Source, place: str, expected: Expected, stored: Stored) -> None:
        """Rows that no later version corrects line by line, and when all money rows were recorded."""
        pk = source.id
        for name, fields, wanted, found in (
            (
                "purchase line",
                PURCHASE_FIELDS,
                expected.purchases,
                [(*row[2:11], day(row[11]), row[12]) for row in stored.purchases.get(pk, ())],
            ),
            ("payment line", PAYMENT_FIELDS, expected.payments, [row[2:11] for row in stored.payments.get(pk, ())]),
            ("reported stock", (), expected.reported, [row[2:9] for row in stored.reported.get(pk, ())]),
            (
                "reservation",
                (),
                expected.reserved,
                [(row[2], row[3], row[4], row[5] + row[6]) for row in stored.reserved.get(pk, ())],
            ),
        ):
            if wanted or found:
                self._plain(f"{place} {name}", fields, wanted, [tuple(row) for row in found])
        posted = stored.rebates.get(pk, {})
        for name in {*expected.plain, *posted}:
            self._plain(f"{place} {name}", (), expected.plain.get(name, []), posted.get(name, []))
        for table in (stored.sales, stored.refunds, stored.costs, stored.purchases, stored.payments):
            for row in table.get(pk, ()):
                if row[-1] != source.recorded_at:
                    self.report.add("D", f"{place} recorded", source.recorded_at, row[-1])

    def _plain(self, place: str, fields: tuple[str, ...], wanted: list[Any], found: list[Any]) -> None:
        """Rows that no later version corrects line by line."""
        if sorted(wanted) != sorted(found):
            self._difference(place, fields, wanted, found)
        self.report.count("postings", len(found))

    def _rows(
        self,
        table: str,
        place: str,
        fields: tuple[str, ...],
        wanted: list[Any],
        found: list[tuple[int, Row]],
        old: dict[str, dict[tuple[int, int], tuple[int, Row]]],
        expected: Expected,
    ) -> None:
        """Expected rows against stored ones; equal lines of an earlier version stand in for new ones."""
        self.report.count("postings", len(found))
        ordered = table in ("movement", "cost_line")
        before = old.get(table, {})
        whole = (
            table == "movement"
            and any(row[MOVE_FIELDS.index("event")] for row in wanted)
            and not (
                len(before) == len(wanted)
                and all(row[:2] in before and same(row, before[row[:2]][1], fields, table) for row in wanted)
            )
        )
        fresh = []
        for row in wanted:
            spot = (row[0], row[1] if ordered else 0)
            earlier = before.pop(spot, None)
            if earlier is None:
                fresh.append(row)
                continue
            if not whole and same(row, earlier[1], fields, table):
                continue
            fresh.append(row)
            expected.replaced.setdefault((table, earlier[0]), spot)
        for pk, _ in before.values():
            expected.replaced.setdefault((table, pk), None)
        if len(fresh) == len(found) and all(row == stored for row, (_, stored) in zip(fresh, found, strict=True)):
            return
        self._difference(f"{place} {table}", fields, fresh, [stored for _, stored in found])

    def _difference(self, place: str, fields: tuple[str, ...], wanted: list[Any], found: list[Any]) -> None:
        """One residue for every row that is missing, surplus or other than it must be."""
        missing, surplus = [tuple(row) for row in wanted], []
        for row in found:
            match = next((other for other in missing if same(other, row, fields, "")), None)
            if match is None:
                surplus.append(tuple(row))
            else:
                missing.remove(match)
        for row in missing:
            near = next((other for other in surplus if other[0] == row[0]), None)
            if near is not None:
                surplus.remove(near)
                names = fields or tuple(str(i) for i in range(len(row)))
                differs = {n: (a, b) for n, a, b in zip(names, row, near, strict=False) if a != b}
                self.report.add("D", f"{place} line {row[0]}", *_sides(differs))
            else:
                self.report.add("D", f"{place} line {row[0]}", row, "nothing")
        for row in surplus:
            self.report.add("D", f"{place} line {row[0]}", "nothing", row)

    def _live_older(self, source: Source) -> dict[str, dict[tuple[int, int], tuple[int, Row]]]:
        """Rows of earlier versions that still counted when this one came, by table and (line, ordinal)."""
        found: dict[str, dict[tuple[int, int], tuple[int, Row]]] = {table: {} for table in TABLES}
        documents = sorted(self.context.older)
        for document in documents:
            part = Stored(self.connection, document, document)
            split = bases(self.connection, [row[1] for row in part.costs.get(document, ())], source.recorded_at)
            for pk, row in (
                *((r[1], ("movement", (r[2], r[3]), r[2:16])) for r in part.moves.get(document, ())),
                *((r[1], ("sales_line", (r[2], 0), r[2:16])) for r in part.sales.get(document, ())),
                *((r[1], ("refund_line", (r[2], 0), r[2:12])) for r in part.refunds.get(document, ())),
                *(
                    (
                        r[1],
                        (
                            "cost_line",
                            (r[2], r[3]),
                            (*r[2:15], int(r[15]), int(r[16]), r[17], *split.get(r[1], ("", ()))),
                        ),
                    )
                    for r in part.costs.get(document, ())
                ),
            ):
                table, spot, content = row
                if self.references.live(table, pk, source.id):
                    found[table][spot] = (pk, content)
        return found

    def _replaced(self, source: Source, place: str, expected: Expected, stored: Stored) -> None:
        found: dict[tuple[str, int], int] = {}
        for row in stored.replaced.get(source.id, ()):
            for at, table in ((1, "movement"), (3, "cost_line"), (5, "sales_line"), (7, "refund_line")):
                if row[at] is not None:
                    found[table, row[at]] = number(row[at + 1]) if at < 7 else 0
            self.report.compare("D", f"{place} replacement recorded", source.recorded_at, row[8])
        if not found and not expected.replaced:
            return
        own = {
            "movement": {(r[2], r[3]): r[1] for r in stored.moves.get(source.id, ())},
            "cost_line": {(r[2], r[3]): r[1] for r in stored.costs.get(source.id, ())},
            "sales_line": {(r[2], 0): r[1] for r in stored.sales.get(source.id, ())},
        }
        wanted = {
            (table, pk): own.get(table, {}).get(spot, 0) if spot else 0
            for (table, pk), spot in expected.replaced.items()
        }
        for key in sorted(wanted.keys() | found.keys()):
            if wanted.get(key, -1) != found.get(key, -1):
                self.report.add("D", f"{place} replaces {key[0]} {key[1]}", wanted.get(key), found.get(key))

    def _orphans(self) -> None:
        """Rows that cite a document which is not there."""
        for table in (
            *TABLES.values(),
            *REBATE_TABLES,
            "purchaseline",
            "paymentline",
            "reportedstock",
            "replacement",
            "period",
            "fxrate",
        ):
            for pk, document in rows(
                self.connection,
                f"SELECT t.id, t.document_id FROM books_{table} t LEFT JOIN books_document d ON d.id = t.document_id "
                "WHERE d.id IS NULL",
            ):
                self.report.add("D", f"{table} {pk}", f"document {document}", "nothing")


TABLES = {
    "movement": "movement",
    "cost_line": "costline",
    "sales_line": "salesline",
    "refund_line": "refundline",
}


def same(wanted: Row, found: Row, fields: tuple[str, ...], table: str) -> bool:
    """Equal content; weights that are not derived (by value) count as equal; a conversion kept from an earlier version
    keeps that version's event."""
    if tuple(wanted) == tuple(found):
        return True
    for name, a, b in zip(fields or wanted, wanted, found, strict=False):
        if a == b or (name == "event" and table == "movement" and a and b):
            continue
        if name != "targets" or len(a) != len(b):
            return False
        if not all(s == t and w in (None, v) for (s, w), (t, v) in zip(a, b, strict=True)):
            return False
    return True


def _sides(differs: dict[str, tuple[Any, Any]]) -> tuple[Any, Any]:
    return {name: a for name, (a, _) in differs.items()}, {name: b for name, (_, b) in differs.items()}
