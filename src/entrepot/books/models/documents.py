"""Documents as received, the batches and files they came in, and what waits in quarantine."""

from django.db import models

from entrepot.books.models.company import Company


class RawFile(models.Model):
    """The bytes of an imported file, encrypted under a key that can be destroyed (they may hold personal data)."""

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=500)
    size = models.BigIntegerField()
    content = models.BinaryField(null=True)
    key = models.ForeignKey("books.DataKey", on_delete=models.SET_NULL, null=True)


class Batch(models.Model):
    """One import or API call: all of it was posted or nothing; undone as one by a reversing batch."""

    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, null=True)
    name = models.CharField(max_length=500)
    layout = models.CharField(max_length=120, blank=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    recorded_at = models.BigIntegerField()
    actor = models.CharField(max_length=200, blank=True)
    rows = models.BigIntegerField(default=0)
    documents = models.BigIntegerField(default=0)
    posted = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    totals = models.JSONField(default=dict)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")


class Document(models.Model):
    """A fact: the document's canonical body (JSON bytes without personal fields) and what identifies it.

    ``key`` is a 63-bit digest of (source, account, type, external id): the order-independent tie-break of the fold.
    """

    source = models.CharField(max_length=120)
    account = models.CharField(max_length=120, blank=True)
    type = models.CharField(max_length=32)
    external_id = models.CharField(max_length=120)
    version = models.IntegerField(default=1)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True)
    key = models.BigIntegerField()
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)
    first_line = models.BigIntegerField(null=True)
    last_line = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "external_id", "source", "account", "version"], name="document_identity"
            )
        ]
        indexes = [
            models.Index(fields=["recorded_at"], name="document_recorded"),
            models.Index(fields=["company", "type", "external_id"], name="document_of_company"),
        ]


class Quarantine(models.Model):
    """What could not be posted yet: rows or whole documents, each with reason and the money and units at stake.

    ``identity`` is unique among open rows so that importing a file twice leaves one. ``document_body`` is retried when
    something it may wait for (``waits_for``: an item, a document, a rate …) is posted. A waiting order's ``buyer`` is kept
    encrypted under a ``key`` of its own.
    """

    OPEN, RELEASED, DISMISSED = "open", "released", "dismissed"

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT)
    identity = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=OPEN)
    code = models.CharField(max_length=60)
    problem = models.JSONField()
    waits_for = models.CharField(max_length=200, blank=True, db_index=True)
    document_type = models.CharField(max_length=32, blank=True)
    document_id = models.CharField(max_length=120, blank=True)
    document_body = models.BinaryField(null=True)
    buyer = models.BinaryField(null=True)
    key = models.ForeignKey("books.DataKey", on_delete=models.SET_NULL, null=True)
    row = models.JSONField(null=True)
    line = models.BigIntegerField(null=True)
    lines = models.BigIntegerField(default=1)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    quantity = models.BigIntegerField(null=True)
    recorded_at = models.BigIntegerField()
    settled_at = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity"], condition=models.Q(state="open"), name="quarantine_open_once")
        ]
        indexes = [models.Index(fields=["state", "code"], name="quarantine_state")]


class LayoutMapping(models.Model):
    """A column mapping chosen by hand, remembered by the fingerprint of the file's header."""

    fingerprint = models.CharField(max_length=64, unique=True)
    layout = models.CharField(max_length=120)
    mapping = models.JSONField()
    recorded_at = models.BigIntegerField()
    actor = models.CharField(max_length=200, blank=True)
