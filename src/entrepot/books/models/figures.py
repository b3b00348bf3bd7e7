"""Derived figures: may be dropped and rebuilt from the facts at any time, bit for bit.

Money in minor units of the company's currency. A family column is the sum of that family's components
(core/components.py); ``missing`` counts units whose goods cost is not known, ``uncosted`` units sold ahead of stock.
"""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location, Shop
from entrepot.books.models.stock import Cell, Movement

FAMILY_COLUMNS = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
FULL_COLUMNS = ("purchase", "first_leg", "duty_tax", "storage", "capital", "imputed", "selling", "unsalable")
"""The full view: all that was billed or accrued, and what the money in it costs, imputed."""


class ItemState(models.Model):
    """Which items have facts newer than their figures. ``stale_since`` is the recording time of the first such fact."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, primary_key=True)
    stale_since = models.BigIntegerField(null=True, db_index=True)
    valued_at = models.BigIntegerField(null=True)


class PeriodShare(models.Model):
    """What of a place- or company-period cost line falls on an item: by its unit-days there in that time."""

    cost_line = models.BigIntegerField(db_index=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    unit_days = models.BigIntegerField(help_text="unit-seconds")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cost_line", "item"], name="period_share_once")]


class SaleFigure(models.Model):
    """What the units of one sale movement cost and earned."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, primary_key=True)
    sales_line = models.BigIntegerField(null=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, db_index=False)
    country = models.CharField(max_length=2, blank=True)
    day = models.IntegerField(help_text="YYYYMMDD in the company's zone")
    quantity = models.BigIntegerField()
    returned = models.BigIntegerField(default=0)
    net = models.BigIntegerField(null=True)
    refunded = models.BigIntegerField(default=0)
    purchase = models.BigIntegerField(default=0)
    first_leg = models.BigIntegerField(default=0)
    duty_tax = models.BigIntegerField(default=0)
    storage = models.BigIntegerField(default=0)
    capital = models.BigIntegerField(default=0)
    imputed = models.BigIntegerField(default=0, help_text="interest on the money in the units, at the seller's rate")
    selling = models.BigIntegerField(default=0)
    unsalable = models.BigIntegerField(default=0)
    book_cost = models.BigIntegerField(default=0)
    uncosted = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["day"], name="sale_figure_day")]


class MarginFigure(models.Model):
    """Sums of :class:`SaleFigure` by item, shop, destination and month; other issues have no shop and a ``reason``."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, db_index=False)
    country = models.CharField(max_length=2, blank=True)
    month = models.IntegerField(help_text="YYYYMM in the company's zone")
    reason = models.CharField(max_length=20, default="sale")
    sales = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    net = models.BigIntegerField(default=0)
    net_unknown = models.BigIntegerField(default=0, help_text="units whose price is not known")
    refunded = models.BigIntegerField(default=0)
    purchase = models.BigIntegerField(default=0)
    first_leg = models.BigIntegerField(default=0)
    duty_tax = models.BigIntegerField(default=0)
    storage = models.BigIntegerField(default=0)
    capital = models.BigIntegerField(default=0)
    imputed = models.BigIntegerField(default=0, help_text="interest on the money in the units, at the seller's rate")
    selling = models.BigIntegerField(default=0)
    unsalable = models.BigIntegerField(default=0)
    book_cost = models.BigIntegerField(default=0)
    uncosted = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["month", "company", "shop"], name="margin_month")]


class LotFigure(models.Model):
    """Sums of :class:`SaleFigure` by lot: the movement by which the units first came in; null = sold ahead of stock."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, db_index=False)
    country = models.CharField(max_length=2, blank=True)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, db_index=False)
    month = models.IntegerField(help_text="YYYYMM in the company's zone")
    lot = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, db_constraint=False)
    sales = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField()
    returned = models.BigIntegerField(default=0)
    net = models.BigIntegerField(default=0)
    net_unknown = models.BigIntegerField(default=0, help_text="units whose price is not known")
    refunded = models.BigIntegerField(default=0)
    purchase = models.BigIntegerField(default=0)
    first_leg = models.BigIntegerField(default=0)
    duty_tax = models.BigIntegerField(default=0)
    storage = models.BigIntegerField(default=0)
    capital = models.BigIntegerField(default=0)
    imputed = models.BigIntegerField(default=0, help_text="interest on the money in the units, at the seller's rate")
    selling = models.BigIntegerField(default=0)
    unsalable = models.BigIntegerField(default=0)
    book_cost = models.BigIntegerField(default=0)
    uncosted = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["month", "company"], name="lot_figure_month")]


class LossFigure(models.Model):
    """What the units of one loss had cost: written off, destroyed, lost, or short in a count."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    day = models.IntegerField(help_text="YYYYMMDD in the company's zone")
    quantity = models.BigIntegerField()
    uncosted = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    costs = models.JSONField(help_text="{number of the component: amount}, what was aimed at the loss included")

    class Meta:
        indexes = [models.Index(fields=["company", "day"], name="loss_figure_day")]


class StockFigure(models.Model):
    """Units on hand of an item in a cell, by age band, with their cost by family."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT)
    units = models.BigIntegerField()
    oldest_at = models.BigIntegerField(null=True, help_text="when the oldest unit's first ancestor was born")
    layers = models.JSONField(help_text="[[born instant, units, book cost or null]] open layers, oldest first")
    purchase = models.BigIntegerField(default=0)
    first_leg = models.BigIntegerField(default=0)
    duty_tax = models.BigIntegerField(default=0)
    storage = models.BigIntegerField(default=0)
    capital = models.BigIntegerField(default=0)
    selling = models.BigIntegerField(default=0)
    unsalable = models.BigIntegerField(default=0)
    book_cost = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    uncosted = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "cell"], name="stock_figure_once")]


class ForecastFigure(models.Model):
    """A stored forecast of one item at one shop or place for one run; never overwritten by the next."""

    run = models.CharField(max_length=40)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    location = models.CharField(max_length=120, blank=True)
    made_at = models.BigIntegerField(db_index=True)
    weekly_milli = models.BigIntegerField(help_text="expected units a week × 1,000")
    quantiles = models.JSONField(help_text="{lead weeks: {probability: units}}")
    flags = models.JSONField(default=list)
    reasons = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["item", "made_at"], name="forecast_item")]


class Decision(models.Model):
    """A proposal and what became of it. ``effect`` = money gained against doing nothing, company currency."""

    OPEN, APPROVED, SNOOZED, DISMISSED, SUPERSEDED = "open", "approved", "snoozed", "dismissed", "superseded"

    run = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    location = models.CharField(max_length=120, blank=True)
    supplier = models.CharField(max_length=120, blank=True)
    quantity = models.BigIntegerField(null=True)
    deadline = models.DateField(null=True)
    effect = models.BigIntegerField(null=True)
    cash = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    estimate = models.BooleanField(default=True)
    reasons = models.JSONField(default=list)
    assumed = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=OPEN)
    snoozed_until = models.DateField(null=True)
    made_at = models.BigIntegerField()
    decided_at = models.BigIntegerField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    document = models.CharField(max_length=120, blank=True, help_text="number of the order that an approval made")

    class Meta:
        indexes = [models.Index(fields=["state", "company"], name="decision_state")]
