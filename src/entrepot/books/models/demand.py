"""What is expected to sell: the newest run in full, a line for every run before it, and what users know beforehand."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company, Location


class DemandRun(models.Model):
    """One company's part of one forecast run; kept for ever. ``content``: accuracy in total and by pattern, alarms."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    made_at = models.BigIntegerField()
    as_of = models.BigIntegerField(help_text="end of the order lines, µs")
    last_week = models.DateField(help_text="Monday of the last whole week")
    series = models.IntegerField()
    content = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "made_at"], name="demand_run_once")]


class DemandFigure(models.Model):
    """An item at a place in its company's newest run. Shares in thousandths; ``null`` where it is not known.

    ``lead_*``: units over the lead time (mean and quantiles). ``at_stake``: what the units between the 5 % and the
    95 % quantile sell for, minor units of the company's currency.
    """

    run = models.ForeignKey(DemandRun, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    weekly_milli = models.BigIntegerField(help_text="expected units a week × 1,000")
    recent_milli = models.BigIntegerField(null=True, help_text="average of the last eight known weeks × 1,000")
    lead_days = models.IntegerField()
    lead_mean = models.BigIntegerField()
    lead_low = models.BigIntegerField()
    lead_middle = models.BigIntegerField()
    lead_high = models.BigIntegerField()
    pattern = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=40, blank=True)
    flags = models.CharField(max_length=400, default=",", help_text="codes between commas: ,censored,dormant,")
    forecasts = models.IntegerField(default=0, help_text="past forecasts that the errors are measured on")
    wape = models.IntegerField(null=True)
    wape_simple = models.IntegerField(null=True, help_text="of the 8-week average")
    bias = models.IntegerField(null=True)
    covered = models.IntegerField(null=True, help_text="share of past totals that stayed under the 95 % quantile")
    value_added = models.IntegerField(null=True, help_text="share of the simple rule's error that is saved")
    lost = models.BigIntegerField(null=True, help_text="units thought lost to stock-outs in the last 26 weeks")
    at_stake = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "item", "location"], name="demand_figure_once")]


class DemandDetail(models.Model):
    """What the page of one figure shows: history, fan, totals, reasons; JSON, compressed."""

    figure = models.OneToOneField(DemandFigure, on_delete=models.CASCADE, primary_key=True)
    content = models.BinaryField()


class Uplift(models.Model):
    """A user knows of a promotion: from ``first`` to ``last`` (days) this much more is expected. Withdrawn, not changed.

    ``percent`` +40 means 1.4 times; ``location`` null: at every place.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True)
    first = models.DateField()
    last = models.DateField()
    percent = models.IntegerField()
    note = models.CharField(max_length=200, blank=True)
    made_at = models.BigIntegerField()
    made_by = models.CharField(max_length=200)
    withdrawn_at = models.BigIntegerField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company", "item"], name="uplift_item")]


class ItemCourse(models.Model):
    """A user knows how an item goes on: it follows ``predecessor`` and has ``share`` per cent of its past, it goes on sale on
    ``launches_on`` (``interest`` people wait for it), or it ends on ``ends_on`` (the first day without sales). Withdrawn, not
    changed; one stands for each item."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    predecessor = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, related_name="successors")
    share = models.IntegerField(default=100, help_text="per cent of the predecessor's demand that it inherits")
    launches_on = models.DateField(null=True)
    interest = models.IntegerField(default=0)
    ends_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    made_at = models.BigIntegerField()
    made_by = models.CharField(max_length=200)
    withdrawn_at = models.BigIntegerField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "item"], condition=models.Q(withdrawn_at=None), name="item_course_once"
            )
        ]


class OpportunityFigure(models.Model):
    """A subject that found nothing to buy, in its company's newest ranking. Money in minor units of the company's currency
    a month; ``null`` where no price or margin is known. All of it is an estimate.

    ``counts``: {source: people or units a month}. ``reasons``: [[code, text, parameters]].
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    made_at = models.BigIntegerField()
    place = models.IntegerField(help_text="rank, 1 the best")
    subject = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True)
    shops = models.CharField(max_length=400, default=",", help_text="codes between commas")
    counts = models.JSONField(default=dict)
    units_milli = models.BigIntegerField(help_text="units a month × 1,000")
    low_milli = models.BigIntegerField()
    high_milli = models.BigIntegerField()
    sales = models.BigIntegerField(null=True)
    profit = models.BigIntegerField(null=True)
    profit_low = models.BigIntegerField(null=True)
    profit_high = models.BigIntegerField(null=True)
    trend = models.IntegerField(null=True, help_text="thousandths")
    basis = models.CharField(max_length=20, blank=True)
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "place"], name="opportunity_once")]
