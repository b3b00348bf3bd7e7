"""What customers ordered and got back, as money facts."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Shop
from entrepot.books.models.documents import Document


class SalesLine(models.Model):
    """A fact: one order line. ``amount`` is net of output tax, in minor units of ``currency``; ``base_amount`` in the
    company's currency; ``None`` = not known. ``item`` is ``None`` for a bundle line (its parts are movements)."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    sku = models.CharField(max_length=120)
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField(null=True)
    tax = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    base_amount = models.BigIntegerField(null=True)
    rate_numerator = models.BigIntegerField(default=1)
    rate_denominator = models.BigIntegerField(default=1)
    rate_source = models.CharField(max_length=120, blank=True)
    ordered_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, default="shipped")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="sales_line_once")]


class RefundLine(models.Model):
    """A fact: money back to a customer (positive), on an order line where it is known."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, db_index=False)
    sales_line = models.ForeignKey(SalesLine, on_delete=models.PROTECT, null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    amount = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    base_amount = models.BigIntegerField()
    rate_numerator = models.BigIntegerField(default=1)
    rate_denominator = models.BigIntegerField(default=1)
    rate_source = models.CharField(max_length=120, blank=True)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="refund_line_once")]
