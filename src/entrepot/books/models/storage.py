"""What platform stock is expected to cost in storage, as the last run left it (derived; dropped and rebuilt)."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company


class StorageFigure(models.Model):
    """Expected fees of one lot from ``on`` until ``until``, minor units of ``currency``; ``None`` = not known (``needs``).

    ``surcharge`` is the part for its age, ``left_milli`` the units × 1,000 that the forecast does not sell by then.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_index=False)
    marketplace = models.CharField(max_length=2)
    lot = models.CharField(max_length=200)
    received = models.DateField()
    units = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True)
    surcharge = models.BigIntegerField(null=True)
    left_milli = models.BigIntegerField()
    on = models.DateField()
    until = models.DateField()
    needs = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    state = models.CharField(max_length=64, help_text="of what it was reckoned from: stock, forecast, confirmed rates")
