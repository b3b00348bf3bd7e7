"""Tax on imports: who was registered where and when, who imported, what came back; and the decision made of it, line by line."""

from django.db import models

from entrepot.books.models.company import Company
from entrepot.books.models.costs import CostLine
from entrepot.books.models.documents import Document


class TaxRegistration(models.Model):
    """A fact: a tax number of a company, as one version of its document tells it. Of several versions the latest known one
    counts. ``share_numerator``/``share_denominator`` of the tax on imports comes back."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    country = models.CharField(max_length=2)
    scheme = models.CharField(max_length=24)
    number = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    share_numerator = models.BigIntegerField(default=1)
    share_denominator = models.BigIntegerField(default=1)
    recorded_at = models.BigIntegerField()


class ImportTerms(models.Model):
    """A fact: what a bill, opening or shipment says of the import: importer of record, country and day of the tax, and how the
    entry accounts for it. Empty = not said."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    importer = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_point = models.DateField(null=True)
    scheme = models.CharField(max_length=16, blank=True)
    recorded_at = models.BigIntegerField()


class TaxOrigin(models.Model):
    """A fact: import tax given back, or told again after a withdrawal, is decided as the line ``origin`` is."""

    cost_line = models.OneToOneField(CostLine, on_delete=models.PROTECT, related_name="tax_origin")
    origin = models.ForeignKey(CostLine, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, db_index=False)


class TaxReturned(models.Model):
    """A fact: recoverable import tax of a country that came back, set off or paid out. Minor units of ``currency``."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    base_amount = models.BigIntegerField()
    way = models.CharField(max_length=10)
    period_to = models.DateField(null=True)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()


class ImportTaxFigure(models.Model):
    """A figure: the decision for one line of import tax. ``recovered`` of ``base_amount`` (company's currency) and
    ``recovered_amount`` of ``amount`` (the line's currency) come back; ``certain`` False: a default, for a person to settle."""

    cost_line = models.OneToOneField(CostLine, on_delete=models.CASCADE, primary_key=True, db_constraint=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, db_constraint=False)
    country = models.CharField(max_length=2, blank=True)
    importer = models.CharField(max_length=120, blank=True)
    scheme = models.CharField(max_length=16, blank=True)
    tax_point = models.DateField(null=True)
    code = models.CharField(max_length=20)
    certain = models.BooleanField()
    number = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True)
    share_numerator = models.BigIntegerField()
    share_denominator = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    base_amount = models.BigIntegerField()
    recovered_amount = models.BigIntegerField()
    recovered = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["company", "country", "tax_point"], name="import_tax_company")]
