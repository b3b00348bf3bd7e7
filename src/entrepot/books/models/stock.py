"""Cells, movements between them, and the balances kept beside."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location
from entrepot.books.models.documents import Document


class Cell(models.Model):
    """Where units can stand: company × place × condition × label × batch/expiry; a shipment's cell is in transit."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    condition = models.CharField(max_length=40, default="sellable")
    label = models.CharField(max_length=120, blank=True)
    batch = models.CharField(max_length=120, blank=True)
    expiry = models.DateField(null=True)
    expiry_key = models.CharField(max_length=10, blank=True, help_text="ISO date, so that no expiry is unique too")
    transit = models.CharField(max_length=120, blank=True, help_text="shipment number of an in-transit cell")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "location", "condition", "label", "batch", "expiry_key", "transit"],
                name="cell_once",
            )
        ]


class Movement(models.Model):
    """A fact: ``quantity`` units of an item leave one cell and enter another; ``None`` is outside the company.

    ``kind`` is :class:`entrepot.core.kinds.Kind` and says what outside means (supplier, customer, lost …).
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)
    line = models.IntegerField()
    ordinal = models.IntegerField(default=0)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    kind = models.SmallIntegerField()
    from_cell = models.ForeignKey(Cell, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_cell = models.ForeignKey(Cell, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    document_key = models.BigIntegerField()
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="returned_by", db_index=False)
    purchase_line = models.ForeignKey("books.PurchaseLine", on_delete=models.PROTECT, null=True, db_index=False)
    sales_line = models.ForeignKey("books.SalesLine", on_delete=models.PROTECT, null=True, db_index=False)
    lot = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    event = models.BigIntegerField(null=True, help_text="conversion: the document's id, shared by its rows")
    share = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["of"], condition=models.Q(of__isnull=False), name="movement_of"),
            models.Index(
                fields=["purchase_line"], condition=models.Q(purchase_line__isnull=False), name="movement_purchase"
            ),
            models.Index(fields=["item", "effective_at"], name="movement_item_time"),
            models.Index(fields=["company", "effective_at"], name="movement_company_time"),
            models.Index(fields=["lot"], condition=models.Q(lot__isnull=False), name="movement_lot"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["document", "line", "ordinal"], name="movement_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="movement_quantity"),
            models.CheckConstraint(
                condition=models.Q(from_cell__isnull=False) | models.Q(to_cell__isnull=False), name="movement_end"
            ),
        ]


class Replacement(models.Model):
    """A fact: from ``recorded_at`` on, a movement or cost line is left out; what was aimed at it follows the new one.

    ``None`` as the new one takes it back altogether.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, null=True, related_name="replacement")
    new_movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, related_name="replaces")
    cost_line = models.OneToOneField("books.CostLine", on_delete=models.PROTECT, null=True, related_name="replacement")
    new_cost_line = models.ForeignKey("books.CostLine", on_delete=models.PROTECT, null=True, related_name="replaces")
    sales_line = models.OneToOneField(
        "books.SalesLine", on_delete=models.PROTECT, null=True, related_name="replacement"
    )
    new_sales_line = models.ForeignKey("books.SalesLine", on_delete=models.PROTECT, null=True, related_name="replaces")
    refund_line = models.OneToOneField(
        "books.RefundLine", on_delete=models.PROTECT, null=True, related_name="replacement"
    )
    recorded_at = models.BigIntegerField()


class Reversed(models.Model):
    """A fact: a whole document was taken back; the same content may be posted again as its next version."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="reversed")
    by = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="reverses")


class Balance(models.Model):
    """Units of an item in a cell now, and how many of them are reserved. Changed only by one conditional UPDATE in the
    transaction that appends the movement. Negative only by sales that ran ahead of stock."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_index=False)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT)
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    last_at = models.BigIntegerField(default=-(2**62), help_text="latest fold instant of a movement here")
    strict_at = models.BigIntegerField(default=-(2**62), help_text="latest fold instant of a strict departure here")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "cell"], name="balance_once"),
            models.CheckConstraint(condition=models.Q(reserved__gte=0), name="balance_reserved"),
        ]


class Reservation(models.Model):
    """Units promised to an open order line; released when it ships or is cancelled."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, db_index=False)
    quantity = models.BigIntegerField()
    shortfall = models.BigIntegerField(default=0, help_text="units that could not be promised: sold, not there")
    released_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(quantity__gte=0), name="reservation_quantity")]


class Waiting(models.Model):
    """A strict movement whose units are not there: it counts for nothing until they come (derived, kept current)."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    event = models.BigIntegerField(null=True)
