"""Cost lines, what they are aimed at, the weights they were split by, and exchange rates."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location, Shop
from entrepot.books.models.documents import Document
from entrepot.books.models.selling import SalesLine
from entrepot.books.models.stock import Movement


class CostLine(models.Model):
    """A fact: an amount for a component, converted once and whole into the company's currency.

    ``target_kind``: births, issue (both by :class:`BasisShare`), order (``sales_line``, or all lines of an order by
    basis), place or company (a period). ``estimate`` marks accruals that a bill will replace.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)
    line = models.IntegerField()
    ordinal = models.IntegerField(default=0)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    component = models.SmallIntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    base_amount = models.BigIntegerField()
    rate_numerator = models.BigIntegerField(default=1)
    rate_denominator = models.BigIntegerField(default=1)
    rate_date = models.DateField(null=True)
    rate_source = models.CharField(max_length=120, blank=True)
    target_kind = models.CharField(max_length=8)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, help_text="a period line of one item only")
    period_from = models.BigIntegerField(null=True)
    period_to = models.BigIntegerField(null=True)
    internal = models.BooleanField(default=False, help_text="transfer price between our companies")
    estimate = models.BooleanField(default=False)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line", "ordinal"], name="cost_line_once")]


class Basis(models.Model):
    """A fact: how a cost line was split once its targets were known; a later version re-splits."""

    cost_line = models.ForeignKey(CostLine, on_delete=models.PROTECT)
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=20)
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cost_line", "version"], name="basis_once")]


class BasisShare(models.Model):
    """A fact: one target of a basis with its weight, in target order."""

    basis = models.ForeignKey(Basis, on_delete=models.PROTECT, db_index=False)
    ordinal = models.IntegerField()
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True)
    sales_line = models.ForeignKey(SalesLine, on_delete=models.PROTECT, null=True)
    weight = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "ordinal"], name="basis_share_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="basis_share_weight"),
        ]


class FxRate(models.Model):
    """A fact: ``numerator/denominator`` units of ``quote`` for one ``base``, from ``date`` on, with its source."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    date = models.DateField()
    purpose = models.CharField(max_length=10, default="books")
    publisher = models.CharField(max_length=200, blank=True)
    recorded_at = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["base", "quote", "purpose", "date"], name="fx_lookup")]
