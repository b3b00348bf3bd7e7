"""The sub-ledger of tax that comes back: invoices, declarations, claims, settlements, cash; and refunded import duty."""

from django.db import models

from entrepot.books.models.catalogue import Item
from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class VatInvoiceLine(models.Model):
    """A fact: a line of a supplier's VAT invoice. ``amount`` without tax and ``tax`` in minor units of ``currency``."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    supplier = models.CharField(max_length=120)
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()
    tax = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tax_in_cost = models.BooleanField()
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="vat_invoice_line_once")]


class DeclarationLine(models.Model):
    """A fact: a line of an export declaration; ``amount`` is the FOB value, ``None`` = not said."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    quantity = models.BigIntegerField()
    mode = models.CharField(max_length=4)
    hs_code = models.CharField(max_length=120, blank=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="declaration_line_once")]


class RebateClaimLine(models.Model):
    """A fact: units of an invoice line claimed for one declaration line. ``amount`` is the refund, ``base`` the price
    without tax and ``tax`` the VAT of these units, all in minor units of ``currency``."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    invoice_line = models.ForeignKey(VatInvoiceLine, on_delete=models.PROTECT)
    declaration_line = models.ForeignKey(DeclarationLine, on_delete=models.PROTECT, null=True)
    quantity = models.BigIntegerField()
    base = models.BigIntegerField()
    tax = models.BigIntegerField()
    rate_bp = models.IntegerField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    treatment = models.CharField(max_length=8)
    provisional = models.BooleanField()
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="rebate_claim_line_once")]


class RebateSettlementLine(models.Model):
    """A fact: what a line of a claim came to in the end."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    claim_line = models.ForeignKey(RebateClaimLine, on_delete=models.PROTECT)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="rebate_settlement_line_once")]


class RebateCash(models.Model):
    """A fact: money of a claim that came in (negative: paid back). ``claim`` is the claim's version of that time."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    claim = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()


class CustomsEntry(models.Model):
    """A fact: the customs entry that a bill belongs to."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    entry = models.CharField(max_length=120, db_index=True)


class DutyRefundLine(models.Model):
    """A fact: duty given back. The credits on the lots are cost lines of the same document and line.

    ``entry`` or ``bill`` (its number) says what it was aimed at; ``interest`` is income of its own."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    component = models.SmallIntegerField()
    bill = models.CharField(max_length=120, blank=True)
    entry = models.CharField(max_length=120, blank=True)
    amount = models.BigIntegerField()
    interest = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="duty_refund_line_once")]
