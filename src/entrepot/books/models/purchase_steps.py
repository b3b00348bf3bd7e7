"""The life of purchase orders: steps as facts, and where each order and bill stands, derived."""

from django.db import models

from entrepot.books.models.company import Company
from entrepot.books.models.documents import Document


class PurchaseStep(models.Model):
    """A fact: something was said of an order (line 0), or of one of its lines.

    ``kind`` is the document's type, ``state`` its answer (approved, ready, passed, cancelled, disputed …). ``quantity`` is what
    was confirmed or offered for inspection; ``accepted``, ``rework`` and ``defects`` are an inspection's. ``percent`` produced.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT)
    line = models.IntegerField()
    company = models.ForeignKey(Company, on_delete=models.PROTECT, db_index=False)
    order = models.CharField(max_length=120, db_index=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=20)
    order_line = models.IntegerField(default=0)
    quantity = models.BigIntegerField(null=True)
    accepted = models.BigIntegerField(null=True)
    rework = models.BigIntegerField(null=True)
    defects = models.BigIntegerField(null=True)
    percent = models.IntegerField(null=True)
    on = models.DateField(null=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    bill = models.CharField(max_length=120, blank=True)
    by = models.CharField(max_length=120, blank=True)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "line"], name="purchase_step_once")]


class OrderFigure(models.Model):
    """Derived: where an order (or proposal) stands. Amounts in minor units of the order's ``currency``.

    ``next_step`` is what has to be done, ``next_due`` by when (``workflows.order_state`` says both).
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    number = models.CharField(max_length=120)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    supplier = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    ordered_at = models.BigIntegerField()
    state = models.CharField(max_length=20)
    next_step = models.CharField(max_length=20, blank=True)
    next_due = models.DateField(null=True)
    expected = models.DateField(null=True)
    late_days = models.IntegerField(default=0)
    open = models.BooleanField(default=True)
    lines = models.IntegerField()
    units = models.BigIntegerField()
    confirmed = models.BigIntegerField(null=True)
    accepted = models.BigIntegerField(null=True)
    shipped = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()
    billed = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    to_pay = models.BigIntegerField(default=0)
    differences = models.IntegerField(default=0)
    by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="order_figure_once")]
        indexes = [models.Index(fields=["company", "open", "next_due"], name="order_figure_open")]


class OrdersFollowed(models.Model):
    """When the figures of a company's orders and payables were made last; what was recorded since is not in them."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE)
    made_at = models.BigIntegerField()
    on = models.DateField()


class PayableFigure(models.Model):
    """Derived: what is owed on a bill, or to be paid on an order by its terms.

    ``kind``: bill | credit | account (paid, and no bill has taken it) | term (a share of an order that is not billed yet).
    ``amount`` and ``open`` in minor units of ``currency``, ``base`` what is open in the company's currency at the rate of the
    day it was made, ``None`` without a rate. ``due`` ``None``: nothing says when; ``estimate``: the day or amount is expected
    rather than stated.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    kind = models.CharField(max_length=8)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    supplier = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=120)
    trigger = models.CharField(max_length=16, blank=True)
    family = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    open = models.BigIntegerField()
    base = models.BigIntegerField(null=True)
    on = models.DateField(help_text="date of the bill or order")
    due = models.DateField(null=True)
    estimate = models.BooleanField(default=False)
    settled = models.BigIntegerField(default=0, help_text="deposits of the order that this bill used up")

    class Meta:
        indexes = [models.Index(fields=["company", "kind"], name="payable_kind")]
