"""What is capitalised, stock written down to what it will bring in, and budgets: facts that change no cost line."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class WriteDownLine(models.Model):
    """A fact: an item's stock at a month's end by cost and by net realisable value, minor units of the company."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    units = models.BigIntegerField()
    cost = models.BigIntegerField()
    net_realisable = models.BigIntegerField()
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="write_down_line_once")]


class BudgetLine(models.Model):
    """A fact: what one family is planned to come to in one market and month."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    month = models.CharField(max_length=7)
    market = models.CharField(max_length=2, blank=True)
    family = models.CharField(max_length=12)
    units = models.BigIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="budget_line_once")]
        indexes = [models.Index(fields=["company", "month"], name="budget_month")]


class CapitalisationRule(models.Model):
    """A fact: how one component of the cost of goods that come from ``valid_from`` on is treated in a company's accounts."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    component = models.SmallIntegerField()
    expense = models.BooleanField()
    valid_from = models.DateField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="capitalisation_rule_once")]
