"""Documents that are being typed: working papers, kept on the server until they are posted or thrown away."""

from django.db import models

from entrepot.books.models.company import Company
from entrepot.books.models.documents import Batch


class Draft(models.Model):
    """One document on its way: cells as they were typed, saved at every pause.

    ``content`` is {"header": {column: text}, "rows": [{column: text}]} in the machine names of the file templates.
    ``version`` counts the savings: whoever saves over a version that he has not seen is told so. ``corrects`` is the
    document that the posted one will be a new version of. ``context`` belongs to the page that began it.
    """

    OPEN, POSTED, DISCARDED = "open", "posted", "discarded"

    key = models.CharField(max_length=32, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    kind = models.CharField(max_length=32)
    content = models.JSONField(default=dict)
    context = models.JSONField(default=dict)
    corrects = models.ForeignKey("books.Document", on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default=OPEN)
    version = models.IntegerField(default=1)
    owner = models.CharField(max_length=200)
    saved_by = models.CharField(max_length=200)
    begun_at = models.BigIntegerField()
    saved_at = models.BigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["company", "state", "saved_at"], name="draft_open")]
