"""Takes documents in one by one: repeat, correction, posting or quarantine."""

from __future__ import annotations

import hashlib
from typing import Any

from entrepot.books import models
from entrepot.books.intake import identity, personal, quarantine
from entrepot.books.intake import rows as r
from entrepot.books.intake.incoming import Incoming
from entrepot.books.intake.posting import RULES
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.handover import orders_sent
from entrepot.books.intake.posting.resplit import resplit_told_again
from entrepot.books.intake.posting.stock import complete_count
from entrepot.books.intake.report import IntakeReport
from entrepot.books.intake.revision import revise
from entrepot.books.intake.session import Header, Session
from entrepot.books.intake.trouble import Waits, refused
from entrepot.core.calendar import to_instant
from entrepot.core.components import SERVICE
from entrepot.core.documents import Count, Document
from entrepot.core.errors import ProblemError

_NO_COMPANY = frozenset(
    {"company", "item", "bundle", "supplier", "location", "fx_rate", "reversal", "listing", "signal"}
)


class Register:
    """One batch's way through the door; see :func:`entrepot.books.intake.post`."""

    def __init__(self, session: Session, report: IntakeReport) -> None:
        self.session = session
        self.report = report
        self._posted: set[str] = set()
        self._waiting: set[tuple[str, str]] = set()
        self._here: dict[tuple[str, str, str, str], identity.Known] = {}

    def take(self, entries: list[Any], *, retrying: bool = False) -> list[bool]:
        """Take a chunk in; which entries are in the books afterwards."""
        accounts = [self._account(entry.document) for entry in entries]
        known = identity.lookup([(e.document, a) for e, a in zip(entries, accounts, strict=True)])
        if not retrying:
            self._waiting |= quarantine.waiting_keys({entry.document.id for entry in entries})
        result = []
        for entry, account in zip(entries, accounts, strict=True):
            key = (entry.document.type, entry.document.id, entry.document.source, account)
            before = self._here.get(key) or known.get(key, identity.NOTHING)
            result.append(self._one(entry, account, key, before, retrying))
        return result

    def _account(self, document: Document) -> str:
        """Whose numbering the id belongs to: said, or the shop, the supplier or the company."""
        return (
            document.account or getattr(document, "shop", "") or getattr(document, "supplier", "") or document.company
            if document.type != "item"
            else document.account
        )

    def _one(
        self, entry: Any, account: str, key: tuple[str, str, str, str], before: identity.Known, retrying: bool
    ) -> bool:
        document: Document = entry.document
        lines = max(1, len(getattr(document, "lines", None) or ()))
        if not retrying:
            self.report.documents += 1
            self.report.lines += lines
        body = identity.body_of(document)
        sha = hashlib.sha256(body).hexdigest()
        repeats = sha in before.hashes or identity.repeats_count(document, before)
        if repeats and not before.reversed and not entry.restores:
            self._repeated(lines, retrying)
            return True
        try:
            self._post(entry, account, before, sha, body)
        except ProblemError as error:
            waits_for = error.waits_for if isinstance(error, Waits) else ""
            problem = error.problems[0]
            if retrying:
                self._still = (problem, waits_for)
                return False
            if quarantine.hold_document(self.session, document, body, problem, waits_for, entry.first_line, lines):
                self.report.quarantined += 1
                self.report.trouble(problem, lines)
                self._waiting.add((document.type, document.id))
            else:
                self._repeated(lines, retrying)
            return False
        self._here[key] = identity.Known((*before.ids, self._last_id), before.version + 1, before.hashes | {sha}, False)
        self._count(document, before, lines)
        if not retrying and (document.type, document.id) in self._waiting:
            quarantine.supersede(document, self.session.recorded_at)
        return True

    def _repeated(self, lines: int, retrying: bool) -> None:
        if not retrying:
            self.report.repeated += 1
            self.report.repeated_lines += lines

    def _count(self, document: Any, before: identity.Known, lines: int) -> None:
        report = self.report
        report.posted += 1
        report.posted_lines += lines
        report.corrected += bool(before.ids)
        report.counts_by_type[document.type] += 1
        amount, currency, units = quarantine.at_stake(document)
        if amount is not None:
            report.totals[currency] += amount
        if units is not None:
            report.totals["units"] += units
        self._posted.add(f"{document.type}:{document.id}")
        if document.type == "fx_rate":
            self._posted.add("fx:" + "/".join(sorted((document.base, document.quote))))
        elif document.type in ("receipt", "shipment") and document.order is not None:
            self._posted.add(f"receipt_of:{document.order.id}")
        elif document.type == "receipt" and document.shipment is not None:
            self._posted |= {f"receipt_of:{order}" for order in orders_sent(document.shipment)}
        elif document.type == "cost_bill" and document.entry:
            self._posted.add(f"customs_entry:{document.entry}")
        elif document.type in ("bundle", "listing"):
            self._posted.add(f"item:{document.id}")

    def _post(self, entry: Any, account: str, before: identity.Known, sha: str, body: bytes) -> None:
        document, session = entry.document, self.session
        company = None
        if document.type not in _NO_COMPANY:
            shop = getattr(document, "shop", "")
            company = (
                session.directory.company_by_id(session.directory.shop(shop).company_id)
                if shop and document.type != "shop" and not document.company
                else session.directory.company(document.company)
            )
        older = before.ids if not before.reversed else ()
        header = Header(
            session.new_id(r.DocumentRow), identity.digest(document, account), company,
            to_instant(document.effective_at), older, before.ids,
        )  # fmt: skip
        builder = Builder(session, header)
        if session.policy.new_items == "create":
            self._create_items(document)
        if isinstance(document, Count):
            document = complete_count(builder, document)
            body = identity.body_of(document)
            sha = hashlib.sha256(body).hexdigest()
        try:
            RULES[document.type](builder, document)
        except OverflowError as error:
            raise refused(
                "out_of_range", "a number or a date is out of range", "check its numbers and dates"
            ) from error
        # A withdrawal told anew withdraws anew: what the earlier one did is not its content.
        postings = builder.postings if document.type == "reversal" else revise(session, builder)
        row = r.DocumentRow(
            header.id, document.source, account, document.type, document.id, before.version + 1,
            company.pk if company else None, header.key, header.effective_at, session.recorded_at, sha, body,
            session.batch_id, entry.first_line, entry.last_line,
        )  # fmt: skip
        session.merge(row, postings)
        if before.ids:
            resplit_told_again(builder, before.ids)
        self._last_id = header.id
        buyer = getattr(document, "buyer", None)
        if buyer:
            session.flush()
            personal.keep(header.id, buyer, session.recorded_at)

    def _create_items(self, document: Any) -> None:
        """Create the items that an order names and the books do not know (the seller asked for it)."""
        directory = self.session.directory
        shop = directory.shop(document.shop) if getattr(document, "shop", "") else None
        if document.type in ("item", "listing", "bundle", "shop"):
            return
        for line in getattr(document, "lines", ()):
            sku = getattr(line, "sku", "")
            if not sku or directory.has_item(sku):
                continue
            try:
                directory.parts(shop, sku, None)
            except Waits:
                policy = self.session.policy
                name = policy.names.get(sku, sku)[:2000]
                models.Item.objects.create(
                    sku=sku, name=name, sort_key=name.casefold()[:200],
                    category=SERVICE if sku in policy.services else "",
                )  # fmt: skip
                self._posted.add(f"item:{sku}")

    def retry(self) -> None:
        """Post what waited for something that came in now, until nothing more moves."""
        while self._posted:
            posted, self._posted = self._posted, set()
            for row in quarantine.candidates(posted):
                row.refresh_from_db(fields=["state"])
                if row.state != models.Quarantine.OPEN:
                    continue  # a later telling of it was released just before
                document = quarantine.document_of(row)
                if self.take([Incoming(document, row.line)], retrying=True)[0]:
                    quarantine.release(row, self.session.recorded_at)
                    quarantine.supersede(document, self.session.recorded_at, pk__lt=row.pk)
                    self.report.released += 1
                else:
                    quarantine.wait_on(row, *self._still)
