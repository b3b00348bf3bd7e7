"""One intake under way: identifiers, buffered rows, balances and what has to be settled before the commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from entrepot.books import bulk, models
from entrepot.books.availability import Step, fold
from entrepot.books.intake import rows as r
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import Instant
from entrepot.core.kinds import Kind

_STRICT = frozenset(kind.value for kind in Kind if kind.strict)
_FLUSH_AT = 20_000
_MANY = 1_000
"""Rows of a table from which on the planner of the database is told that it grew."""


@dataclass(frozen=True)
class Policy:
    """What intake may do on its own. ``new_items``: "create" an unknown SKU as an item (called as ``names`` say), or let
    the document wait ("refuse"). SKUs in ``services`` are created as services: they are sold, not stocked."""

    new_items: str = "refuse"
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    services: frozenset[str] = frozenset()


class Header(NamedTuple):
    """The document being posted, as its rows need it."""

    id: int
    key: int
    company: Any
    effective_at: Instant
    older: tuple[int, ...] = ()
    """Earlier versions of the same document, which this one corrects."""
    before: tuple[int, ...] = ()
    """All earlier versions, also those of a document that was taken back."""


@dataclass
class Postings:
    """Everything that one document becomes; merged into the session only when the whole document is fine."""

    movements: list[r.MovementRow] = field(default_factory=list)
    sales: list[r.SalesLineRow] = field(default_factory=list)
    refunds: list[r.RefundLineRow] = field(default_factory=list)
    costs: list[r.CostLineRow] = field(default_factory=list)
    bases: list[r.BasisRow] = field(default_factory=list)
    shares: list[r.BasisShareRow] = field(default_factory=list)
    replacements: list[r.ReplacementRow] = field(default_factory=list)
    purchases: list[r.PurchaseLineRow] = field(default_factory=list)
    payments: list[r.PaymentLineRow] = field(default_factory=list)
    reported: list[r.ReportedStockRow] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)
    """ORM rows of rare kinds (periods, rates, shipments), saved when the document is taken in."""
    reserve: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(line, item, cell, quantity) to be promised to an open order."""
    items: set[int] = field(default_factory=set)
    """Items whose figures change although no movement of theirs is among the rows."""
    everything: bool = False
    """All items' figures change (a reopened period)."""


class Session:
    """Holds the writer's lock; see :func:`entrepot.books.intake.post`."""

    def __init__(self, batch_id: int, recorded_at: Instant, policy: Policy) -> None:
        self.batch_id = batch_id
        self.recorded_at = recorded_at
        self.policy = policy
        self.directory = Directory()
        self.touched: set[int] = set()
        self.everything = False
        self._next: dict[type, int] = {}
        self._buffers: dict[type, list[tuple[Any, ...]]] = {row_type: [] for row_type in r.TABLES}
        self._buffered = 0
        self._written: Counter[Any] = Counter()
        self._balances: dict[tuple[int, int], list[int]] = {}
        self._deltas: dict[tuple[int, int], list[int]] = {}
        self._waiting_items: set[int] | None = None
        self.unsettled: set[int] = set()
        self._lines_touched: set[int | None] = set()
        self.later: list[Callable[[], None]] = []
        """What has to wait until every document of the intake is written (re-splits)."""
        self.remeasured: set[int] = set()
        """Movements whose place another took: what was split over them is split anew."""
        self.recosted: set[int] = set()
        """Movements whose goods cost changed: what was split over them by value is split anew."""
        self.retold: set[int] = set()
        """Documents that were told again: so is what was split over what had been taken back of them."""
        self.accrued: tuple[set[int], set[int]] | None = None
        """Of standing estimates that bills replace: components on goods, sales lines; not looked up yet where ``None``."""

    # -- identifiers and rows ------------------------------------------------------------------------------------

    def new_id(self, row_type: type) -> int:
        """The next identifier of a fact table."""
        value = self._next.get(row_type)
        if value is None:
            value = bulk.next_id(r.TABLES[row_type])
        self._next[row_type] = value + 1
        return value

    def append(self, row_type: type, new: list[Any]) -> None:
        if new:
            self._buffers[row_type].extend(new)
            self._buffered += len(new)

    def merge(self, document: r.DocumentRow, postings: Postings) -> None:
        """Take in a whole document."""
        self.append(r.DocumentRow, [document])
        if postings.objects:
            self.flush()
            for row in postings.objects:
                row.save(force_insert=row.pk is None)
        self.append(r.PurchaseLineRow, postings.purchases)
        self.append(r.PaymentLineRow, postings.payments)
        self.append(r.SalesLineRow, postings.sales)
        self.append(r.RefundLineRow, postings.refunds)
        self.append(r.MovementRow, postings.movements)
        self.append(r.CostLineRow, postings.costs)
        self.append(r.BasisRow, postings.bases)
        self.append(r.BasisShareRow, postings.shares)
        self.append(r.ReplacementRow, postings.replacements)
        self.append(r.ReportedStockRow, postings.reported)
        for movement in postings.movements:
            self.moved(movement)
        for line in postings.sales:
            if line.item_id is not None:
                self.touched.add(line.item_id)
        self.touched |= postings.items
        self._lines_touched |= {refund.sales_line_id for refund in postings.refunds if refund.item_id is None}
        self._lines_touched |= {share.sales_line_id for share in postings.shares}
        self._lines_touched |= {row.sales_line_id for row in postings.replacements}
        self.everything = self.everything or postings.everything
        for line, item, cell, quantity in postings.reserve:
            self._reserve(document.id, line, item, cell, quantity)
        if self._buffered > _FLUSH_AT:
            self.flush()

    def flush(self) -> None:
        """Write what is buffered, so that queries see it."""
        if self._buffered:
            for row_type, model in r.TABLES.items():
                if self._buffers[row_type]:
                    bulk.load(model, list(row_type._fields), self._buffers[row_type])
                    self._written[model] += len(self._buffers[row_type])
                    self._buffers[row_type] = []
            self._buffered = 0
        self._write_balances()

    def finish(self) -> None:
        """Settle, write and mark the items whose figures are stale now."""
        self.flush()
        for act in self.later:
            act()
        self.later = []
        self.settle()
        self._touch_bundles()
        self._mark_stale()
        bulk.settle_sequences(r.TABLES[row_type] for row_type in self._next)
        bulk.tell_planner(model for model, rows in self._written.items() if rows >= _MANY)

    def _touch_bundles(self) -> None:
        """Money on a bundle's line changes the figures of all its parts."""
        lines = {line for line in self._lines_touched if line is not None}
        if not lines:
            return
        from entrepot.books.facts import bundle_orders

        orders = sorted(bundle_orders(lines))
        for start in range(0, len(orders), 500):
            rows = models.Movement.objects.filter(document_id__in=orders[start : start + 500])
            self.touched |= set(rows.values_list("item_id", flat=True).distinct())
        self._lines_touched = set()

    # -- balances ------------------------------------------------------------------------------------------------

    def moved(self, row: r.MovementRow) -> None:
        """Keep the balances of a new movement; what cannot be decided at once is settled from all facts later."""
        item = row.item_id
        self.touched.add(item)
        if item in self.unsettled:
            return
        at = self.directory.fold_at(row.company_id, row.effective_at, row.recorded_at)[0]
        if row.event is not None or row.kind in (Kind.INTERCOMPANY_RECEIPT, Kind.INTERCOMPANY_SALE):
            self.unsettled.add(item)
            return
        if row.from_cell_id is not None:
            balance = self._balance(item, row.from_cell_id)
            if row.kind in _STRICT:
                if at < balance[2] or balance[0] < row.quantity or self._has_waiting(item):
                    self.unsettled.add(item)
                    return
                self._change(item, row.from_cell_id, -row.quantity, at, strict_at=at)
            else:
                if at <= balance[3]:
                    self.unsettled.add(item)
                    return
                self._change(item, row.from_cell_id, -row.quantity, at)
        if row.to_cell_id is not None:
            if self._has_waiting(item):
                self.unsettled.add(item)
                return
            self._change(item, row.to_cell_id, row.quantity, at)

    def unmoved(self, item_id: int) -> None:
        """A movement of the item was left out: its balances are settled from all facts."""
        self.touched.add(item_id)
        self.unsettled.add(item_id)

    def available(self, item: int, cell: int) -> int:
        """Units that can still be promised."""
        if item in self.unsettled:
            self.flush()
            self.settle()
        balance = self._balance(item, cell)
        return balance[0] - balance[1]

    def _balance(self, item: int, cell: int) -> list[int]:
        """[on hand, reserved, last instant, last strict departure] now."""
        place = (item, cell)
        if place not in self._balances:
            row = (
                models.Balance.objects.filter(item_id=item, cell_id=cell)
                .values_list("on_hand", "reserved", "last_at", "strict_at")
                .first()
            )
            if row is None:
                models.Balance.objects.create(item_id=item, cell_id=cell)
                row = (0, 0, -(2**62), -(2**62))
            self._balances[place] = list(row)
        return self._balances[place]

    def _change(
        self, item: int, cell: int, units: int, at: int, *, reserved: int = 0, strict_at: int = -(2**62)
    ) -> None:
        balance = self._balance(item, cell)
        balance[0] += units
        balance[1] += reserved
        balance[2] = max(balance[2], at)
        balance[3] = max(balance[3], strict_at)
        delta = self._deltas.setdefault((item, cell), [0, 0])
        delta[0] += units
        delta[1] += reserved

    def _write_balances(self) -> None:
        """One conditional UPDATE a place: it changes nothing when the row is not what this session saw."""
        if not self._deltas:
            return
        changes = []
        for place, (units, reserved) in self._deltas.items():
            on_hand, held, last_at, strict_at = self._balances[place]
            changes.append(
                (units, reserved, last_at, strict_at, *place, on_hand - units, held - reserved, held - reserved)
            )
        self._deltas = {}
        done = bulk.update(
            "UPDATE books_balance SET on_hand = on_hand + %s, reserved = reserved + %s, last_at = %s, strict_at = %s "
            "WHERE item_id = %s AND cell_id = %s AND on_hand = %s AND reserved = %s AND reserved >= 0 AND %s >= 0",
            changes,
        )
        if done != len(changes):
            raise RuntimeError("a balance changed outside the transaction that holds the writer's lock")

    def _reserve(self, document_id: int, line: int, item: int, cell: int, quantity: int) -> None:
        promised = max(0, min(quantity, self.available(item, cell)))
        self._change(item, cell, 0, -(2**62), reserved=promised)
        self.flush()
        models.Reservation.objects.create(
            document_id=document_id,
            line=line,
            item_id=item,
            cell_id=cell,
            quantity=promised,
            shortfall=quantity - promised,
        )

    def release(self, document_ids: list[int]) -> None:
        """Give back what open orders held."""
        for row in models.Reservation.objects.filter(document_id__in=document_ids, released_at__isnull=True):
            self._change(row.item_id, row.cell_id, 0, -(2**62), reserved=-row.quantity)
            row.released_at = self.recorded_at
            row.save(update_fields=["released_at"])

    # -- settling ------------------------------------------------------------------------------------------------

    def _has_waiting(self, item: int) -> bool:
        if self._waiting_items is None:
            self._waiting_items = set(models.Waiting.objects.values_list("item_id", flat=True).distinct())
        return item in self._waiting_items

    def steps(self, items: set[int]) -> list[Step]:
        """Live movements of the items and of all items that conversions join to them."""
        self.flush()
        family = set(items)
        while True:
            events = set(
                models.Movement.objects.filter(item_id__in=family, event__isnull=False).values_list("event", flat=True)
            )
            joined = set(models.Movement.objects.filter(event__in=events).values_list("item_id", flat=True)) | family
            if joined == family:
                break
            family = joined
        live = models.Movement.objects.filter(item_id__in=family, replacement__isnull=True).values_list(
            "id", "item_id", "company_id", "kind", "document_key", "line", "ordinal", "from_cell_id", "to_cell_id",
            "quantity", "event", "of_id", "effective_at", "recorded_at",
        )  # fmt: skip
        steps = []
        for pk, item, company, kind, key, line, ordinal, source, target, quantity, event, of, at, recorded in live:
            fold_at, late = self.directory.fold_at(company, at, recorded)
            steps.append(Step(pk, item, fold_at, late, kind, key, line, ordinal, source, target, quantity, event, of))
        return steps

    def settle(self) -> None:
        """Fold the units of unsettled items from all facts; set their balances and their waiting movements."""
        if not self.unsettled:
            return
        steps = self.steps(self.unsettled)
        family = {step.item for step in steps} | self.unsettled
        stand = fold(steps)
        by_id = {step.movement: step for step in steps}
        before = set(models.Waiting.objects.filter(item_id__in=family).values_list("movement_id", flat=True))
        after = set(stand.waiting)
        models.Waiting.objects.filter(movement_id__in=before - after).delete()
        models.Waiting.objects.bulk_create(
            models.Waiting(movement_id=pk, item_id=by_id[pk].item, event=by_id[pk].event)
            for pk in sorted(after - before)
        )
        self.touched |= {step.item for step in steps} if before != after else set()
        self._waiting_items = None
        self._set_balances(family, stand)
        self.unsettled = set()

    def _set_balances(self, family: set[int], stand: Any) -> None:
        places = set(stand.units) | set(
            models.Balance.objects.filter(item_id__in=family).values_list("item_id", "cell_id")
        )
        self._deltas = {place: delta for place, delta in self._deltas.items() if place[0] not in family}
        for item in family:
            for place in [p for p in self._balances if p[0] == item]:
                del self._balances[place]
        nothing = -(2**62)
        changes = []
        for place in sorted(places):
            on_hand = self._balance(*place)[0]
            wanted = stand.units.get(place, 0)
            last_at, strict_at = stand.last_at.get(place, nothing), stand.strict_at.get(place, nothing)
            changes.append((wanted, last_at, strict_at, *place, on_hand))
            self._balances[place] = [wanted, self._balances[place][1], last_at, strict_at]
        done = bulk.update(
            "UPDATE books_balance SET on_hand = %s, last_at = %s, strict_at = %s "
            "WHERE item_id = %s AND cell_id = %s AND on_hand = %s",
            changes,
        )
        if done != len(changes):
            raise RuntimeError("a balance changed outside the transaction that holds the writer's lock")

    def _mark_stale(self) -> None:
        if self.everything:
            self.touched |= set(models.Movement.objects.values_list("item_id", flat=True).distinct())
        if not self.touched:
            return
        items = sorted(self.touched)
        known: set[int] = set()
        for start in range(0, len(items), 500):
            part = items[start : start + 500]
            known |= set(models.ItemState.objects.filter(item_id__in=part).values_list("item_id", flat=True))
            models.ItemState.objects.filter(item_id__in=part, stale_since__isnull=True).update(
                stale_since=self.recorded_at
            )
        bulk.load(
            models.ItemState,
            ["item_id", "stale_since", "valued_at"],
            [(item, self.recorded_at, None) for item in items if item not in known],
        )
