"""Shipments under way, what places report of their stock, and demand signals."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location, Shop
from entrepot.books.models.documents import Document
from entrepot.books.models.stock import Cell


class Shipment(models.Model):
    """A fact: goods left for ``destination``; they stand in ``cell`` until received."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    number = models.CharField(max_length=120)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT)
    origin = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10)
    carrier = models.CharField(max_length=120, blank=True)
    container = models.CharField(max_length=120, blank=True)
    departed_at = models.BigIntegerField()
    eta = models.BigIntegerField(null=True)


class ReportedStock(models.Model):
    """A fact: a platform or warehouse said how many units stand there at an instant."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    condition = models.CharField(max_length=40)
    quantity = models.BigIntegerField()
    effective_at = models.BigIntegerField()
    stage = models.CharField(max_length=20, default="on_hand", help_text="of core.documents.stock.Stage")

    class Meta:
        indexes = [models.Index(fields=["location", "stage", "document", "effective_at"], name="reported_stage")]


class SignalValue(models.Model):
    """A fact: a dated observation that may explain demand."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True)
    name = models.CharField(max_length=120)
    subject = models.CharField(
        max_length=120, blank=True, default="", help_text="what was looked for, in people's words"
    )
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField(default=1)
    effective_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["name", "effective_at"], name="signal_name")]
