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
