"""Derived: what estimates turned out to be, what is not billed yet, and how costs and bills add up."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class VarianceFigure(models.Model):
    """A bill line beside the estimate whose place it took, item by item; minor units of the company's currency.

    ``billed`` − ``accrued`` = ``price`` + ``quantity`` + ``rate`` + ``rule`` + ``fx``, always. ``basis`` says what the estimate
    was made by: order | card | rule | history; ``reference`` names it.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    bill = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_index=False)
    bill_line = models.IntegerField()
    accrual = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier = models.CharField(max_length=120, blank=True)
    supplier_kind = models.CharField(max_length=20, blank=True)
    component = models.SmallIntegerField()
    month = models.IntegerField(help_text="YYYYMM of the bill in the company's zone")
    basis = models.CharField(max_length=10, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    accrued = models.BigIntegerField()
    billed = models.BigIntegerField()
    price = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    rate = models.BigIntegerField(default=0)
    rule = models.BigIntegerField(default=0)
    fx = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["company", "month"], name="variance_month")]


class UnbilledFigure(models.Model):
    """A cost that is due and not billed (``kind`` accrued | expected), or a bill that is not paid in time (overdue).

    ``amount`` is in minor units of the company's currency, ``None`` where nothing is estimated.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier = models.CharField(max_length=120, blank=True)
    component = models.SmallIntegerField()
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    since = models.DateField()
    due = models.DateField(null=True)
    days = models.IntegerField(help_text="since the goods moved, or behind the due day")
    reference = models.CharField(max_length=300, blank=True)


class Reconciliation(models.Model):
    """The last time that all costs of a company were put beside all its bills; ``body`` as ``workflows.reconcile`` says."""

    company = models.OneToOneField(Company, on_delete=models.PROTECT)
    made_at = models.BigIntegerField()
    facts_at = models.BigIntegerField(help_text="recording time of the newest cost line")
    residue = models.BigIntegerField()
    body = models.JSONField()
