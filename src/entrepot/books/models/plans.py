"""Plans as they were made, what people changed in them, what suppliers ask, and the monthly score.

A plan is a figure, but a kept one: yesterday's plan can be explained tomorrow and compared with what happened. Money in minor
units of the plan's currency unless a currency stands beside it; ``null`` is not known, never 0. JSON that is only shown is
described in docs/methods/plan.md.
"""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location


class PlanRun(models.Model):
    """One company's plan. ``version`` names the inputs: forecast run, newest fact, limits and overrides that it rests on."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    made_at = models.BigIntegerField()
    on = models.DateField(help_text="day that the plan is for, in the company's zone")
    currency = models.CharField(max_length=3)
    forecast_at = models.BigIntegerField(null=True, help_text="made_at of the forecast run")
    facts_at = models.BigIntegerField(null=True, help_text="when the newest fact was recorded")
    version = models.CharField(max_length=64, help_text="digest of all inputs")
    asked = models.JSONField(default=dict, help_text="limits as they were asked for")
    lines = models.IntegerField(default=0)
    unplanned = models.IntegerField(default=0)
    cash = models.BigIntegerField(default=0, help_text="money that today's orders and shipments bind")
    saving = models.BigIntegerField(default=0, help_text="expected against ordering and shipping nothing this week")
    limits_cost = models.BigIntegerField(default=0, help_text="expected cost of the limits")
    content = models.JSONField(default=dict, help_text="cash curve, container fill, limits, assumed inputs, classes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "made_at"], name="plan_run_once")]


class PlanLine(models.Model):
    """One decision about an item for a destination: buy, ship what waits, move between warehouses, or keep (nothing).

    ``modes``: [{"mode", "units", "arrives"}]. ``families``: cost of the line by family. ``risk`` and ``risk_nothing``: share
    of demand not met, in thousandths, with the line and without it. ``later_*``: what the units of the line are expected to
    cost once they are there. ``changed``: what a person set (units, modes, on, supplier), empty where nobody did.
    """

    BUY, SHIP, MOVE, KEEP = "buy", "ship", "move", "keep"
    OPEN, APPROVED, DISMISSED, SUPERSEDED = "open", "approved", "dismissed", "superseded"

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE)
    kind = models.CharField(max_length=8)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    destination = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    supplier = models.CharField(max_length=120, blank=True)
    buyer = models.CharField(max_length=120, blank=True, help_text="company that places the order")
    units = models.BigIntegerField(default=0)
    carton = models.BigIntegerField(default=1)
    cartons = models.BigIntegerField(default=0)
    mode = models.CharField(max_length=10, blank=True, help_text="sea, rail, air, express … or split")
    modes = models.JSONField(default=list)
    on = models.DateField(help_text="when to buy or to load")
    arrives = models.DateField(null=True, help_text="first units can be sold")
    price_amount = models.BigIntegerField(null=True)
    price_per = models.BigIntegerField(default=1)
    price_currency = models.CharField(max_length=3, blank=True)
    break_from = models.BigIntegerField(null=True, help_text="units from which this price holds; null: no breaks known")
    cash = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(null=True, help_text="expected cost of the weeks ahead with this line")
    saving = models.BigIntegerField(null=True, help_text="expected against doing nothing this week")
    given_up = models.BigIntegerField(default=0, help_text="expected cost of the limits on this line")
    later_storage = models.BigIntegerField(null=True)
    later_aged = models.BigIntegerField(null=True, help_text="of it, what being old adds")
    risk = models.IntegerField(null=True)
    risk_nothing = models.IntegerField(null=True)
    out_on = models.DateField(null=True, help_text="expected end of stock and arrivals without this line")
    weekly_milli = models.BigIntegerField(null=True)
    available = models.BigIntegerField(default=0)
    coming = models.BigIntegerField(default=0)
    waiting = models.BigIntegerField(default=0, help_text="at the factory or the domestic warehouse")
    families = models.JSONField(default=dict)
    grade = models.CharField(max_length=2, blank=True, help_text="ABC and XYZ")
    stage = models.CharField(max_length=10, blank=True)
    review_weeks = models.IntegerField(null=True)
    service = models.IntegerField(null=True, help_text="floor in thousandths; 0: the costs decide")
    flags = models.CharField(max_length=400, default=",", help_text="codes between commas")
    assumed = models.JSONField(default=list)
    changed = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=OPEN)
    document = models.CharField(max_length=120, blank=True)
    decision = models.ForeignKey("books.Decision", on_delete=models.SET_NULL, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "item", "destination", "supplier"],
                condition=models.Q(origin=None),
                name="plan_line_once",
            ),
            models.UniqueConstraint(
                fields=["run", "kind", "item", "destination", "origin"],
                condition=models.Q(origin__isnull=False),
                name="plan_line_from_once",
            ),
        ]


class PlanDetail(models.Model):
    """Projection, reasons and what a trial of another quantity needs, of one line; JSON, compressed."""

    line = models.OneToOneField(PlanLine, on_delete=models.CASCADE, primary_key=True)
    content = models.BinaryField()


class PlanGap(models.Model):
    """An item and place that the run could not plan, and what is missing."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    destination = models.ForeignKey(Location, on_delete=models.PROTECT)
    missing = models.JSONField(default=list)


class PlanOverride(models.Model):
    """What a person decided against the proposal: a strategy of an item, or a line of a plan. Withdrawn, not changed.

    ``field``: review_weeks, service, modes, ordered (until withdrawn), or units, modes, on, supplier of one ``line``.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True)
    line = models.ForeignKey(PlanLine, on_delete=models.SET_NULL, null=True)
    field = models.CharField(max_length=20)
    value = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    made_at = models.BigIntegerField()
    made_by = models.CharField(max_length=200)
    withdrawn_at = models.BigIntegerField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company", "item"], name="plan_override_item")]


class SupplierOffer(models.Model):
    """One price break that a supplier offers, as typed or read from a file; a new list takes the place of the old one."""

    supplier = models.CharField(max_length=120)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    from_units = models.BigIntegerField(default=1)
    price_amount = models.BigIntegerField()
    price_per = models.BigIntegerField(default=1)
    currency = models.CharField(max_length=3)
    every_unit = models.BooleanField(
        default=True, help_text="the price holds for all units, not those beyond the break"
    )
    moq = models.BigIntegerField(null=True)
    lead_days = models.IntegerField(null=True)
    capacity_week = models.BigIntegerField(null=True, help_text="units that the supplier can make in a week")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    made_at = models.BigIntegerField()
    made_by = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["item", "supplier"], name="supplier_offer_item")]


class ScoreMonth(models.Model):
    """How a month went at one place; ``null`` where it cannot be said. Shares in thousandths."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    month = models.IntegerField(help_text="YYYYMM in the company's zone")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    turnover_days = models.IntegerField(null=True, help_text="average stock at cost ÷ cost of what went a day")
    out_days = models.IntegerField(null=True, help_text="SKU-days without stock of items that sell there")
    sku_days = models.IntegerField(null=True)
    aged_value = models.BigIntegerField(
        null=True, help_text="book cost of what is older than 180 days at the month's end"
    )
    stock_value = models.BigIntegerField(null=True, help_text="average book cost of the stock")
    profit = models.BigIntegerField(null=True)
    return_on_stock = models.IntegerField(null=True, help_text="profit of the month × 12 ÷ average stock")
    advice = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    taken_effect = models.BigIntegerField(null=True, help_text="margin of the units of taken advice that were sold")
    ignored = models.IntegerField(default=0)
    ignored_cost = models.BigIntegerField(null=True, help_text="margin of units that ran out after ignored advice")
    made_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "month", "location"], name="score_month_once")]
