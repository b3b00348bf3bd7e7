"""What was ordered and what was paid, as facts."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class PurchaseLine(models.Model):
    """A fact: an ordered line. The price is a pair (amount, per quantity) in the order's currency."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    supplier = models.CharField(max_length=120)
    quantity = models.BigIntegerField()
    price_amount = models.BigIntegerField()
    price_per = models.BigIntegerField(default=1)
    currency = models.CharField(max_length=3)
    destination = models.CharField(max_length=120, blank=True)
    due = models.DateField(null=True)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="purchase_line_once")]


class PaymentLine(models.Model):
    """A fact: part of a payment on an order or bill (``order`` is its document number), with the rate that was paid."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    supplier = models.CharField(max_length=120)
    order_type = models.CharField(max_length=32, blank=True)
    order = models.CharField(max_length=120, blank=True, db_index=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    base_amount = models.BigIntegerField()
    rate_numerator = models.BigIntegerField(default=1)
    rate_denominator = models.BigIntegerField(default=1)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="payment_line_once")]
