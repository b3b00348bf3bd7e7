"""Closed and reopened periods."""

from django.db import models

from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class Period(models.Model):
    """A fact: [starts, ends) of a company was closed or reopened; ``reported`` is the hash of value(end, then)."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    starts = models.BigIntegerField()
    ends = models.BigIntegerField()
    version = models.IntegerField(default=1)
    closed = models.BooleanField()
    reason = models.CharField(max_length=2000, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    reported = models.CharField(max_length=64, blank=True)
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "starts", "ends", "version"], name="period_once"),
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="period_order"),
        ]


class MonthReport(models.Model):
    """Derived: a month as it was put together last. ``steps``: the roll-forward per SKU and place, parquet."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    first = models.DateField()
    last = models.DateField()
    made_at = models.BigIntegerField()
    opening_reported = models.BigIntegerField(null=True)
    closing_reported = models.BigIntegerField(null=True)
    totals = models.JSONField(help_text="[[step, units, amount]]")
    vouchers = models.JSONField(help_text="[{kind, entries: [[account, supplier, amount]]}]")
    checks = models.JSONField(help_text="[{code, count, amount}]")
    cut_off = models.JSONField(default=list, help_text="rows of workflows.cut_off")
    realisable = models.JSONField(default=list, help_text="rows of workflows.net_realisable")
    group = models.JSONField(default=list, help_text="[sku, company, units, missing, carried, paid] of all companies")
    residue = models.BigIntegerField()
    uncosted = models.BigIntegerField()
    steps = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "first", "last"], name="month_report_once")]


class ReopenRequest(models.Model):
    """A closed span that one person asks to open again and another one has to grant."""

    ASKED, GRANTED, REFUSED = "asked", "granted", "refused"

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    first = models.DateField()
    last = models.DateField()
    reason = models.CharField(max_length=2000)
    asked_by = models.CharField(max_length=200)
    asked_at = models.BigIntegerField()
    state = models.CharField(max_length=10, default=ASKED)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_at = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "first", "last"], condition=models.Q(state="asked"), name="reopen_asked_once"
            )
        ]
