"""Work on stock that takes hours or days: counts, differences that somebody looks into, inbound plans.

None of it is a fact: what is found out becomes a document (a count, a shipment) when it is approved.
"""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location
from entrepot.books.models.documents import Batch


class CountSheet(models.Model):
    """One count of one place. What is counted speaks for the instant ``at``, however long the counting takes.

    ``blind``: who counts does not see what the books say. Counting → review → posted, or cancelled.
    """

    COUNTING, REVIEW, POSTED, CANCELLED = "counting", "review", "posted", "cancelled"

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    number = models.CharField(max_length=120, unique=True)
    at = models.BigIntegerField()
    blind = models.BooleanField(default=True)
    whole = models.BooleanField(default=False, help_text="what nobody counted is not there")
    state = models.CharField(max_length=10, default=COUNTING)
    started_by = models.CharField(max_length=200)
    started_at = models.BigIntegerField()
    finished_by = models.CharField(max_length=200, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    settled_at = models.BigIntegerField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True)


class CountEntry(models.Model):
    """What one person counted of one thing in one round; the last round of a thing counts. Nothing is overwritten.

    ``units`` stood there at ``entered_at``; a scan adds to the entry of its person and round by one conditional update.
    """

    sheet = models.ForeignKey(CountSheet, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    condition = models.CharField(max_length=40, default="sellable")
    label = models.CharField(max_length=120, blank=True)
    batch = models.CharField(max_length=120, blank=True)
    expiry = models.CharField(max_length=10, blank=True)
    round = models.IntegerField(default=1)
    units = models.BigIntegerField(null=True, help_text="null: asked for, not counted yet")
    entered_by = models.CharField(max_length=200, blank=True)
    entered_at = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "item", "condition", "label", "batch", "expiry", "round"], name="count_entry_once"
            )
        ]


class DifferenceCase(models.Model):
    """Somebody looks into a difference between a place's report and the books."""

    OPEN, RESOLVED, SETTLED = "open", "resolved", "settled"

    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    condition = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default=OPEN)
    owner = models.CharField(max_length=200, blank=True)
    cause = models.CharField(max_length=20, blank=True)
    first_at = models.BigIntegerField(help_text="instant of the report that showed it first")
    units = models.BigIntegerField(help_text="reported less books, at the last report looked at")
    changed_at = models.BigIntegerField()
    changed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["location", "item", "condition"], name="difference_case_once"),
        ]


class DifferenceNote(models.Model):
    """What somebody did or said about a difference."""

    case = models.ForeignKey(DifferenceCase, on_delete=models.CASCADE, related_name="notes")
    at = models.BigIntegerField()
    by = models.CharField(max_length=200)
    act = models.CharField(max_length=20)
    text = models.CharField(max_length=1000, blank=True)


class InboundPlan(models.Model):
    """What is to go to a platform's warehouses: the goods, and the shipments that the platform split it into.

    ``content``: {"lines": [{"sku", "units", "per_carton"}], "parts": [{"number", "destination", "reference", "fee",
    "fee_currency", "units": {sku: n}, "batch"}]}. ``version`` as of a draft.
    """

    OPEN, DONE, CANCELLED = "open", "done", "cancelled"

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    number = models.CharField(max_length=120, unique=True)
    origin = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=OPEN)
    version = models.IntegerField(default=1)
    made_by = models.CharField(max_length=200)
    made_at = models.BigIntegerField()
    saved_by = models.CharField(max_length=200)
    saved_at = models.BigIntegerField()
