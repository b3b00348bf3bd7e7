"""Files that people attach to documents: PDFs and photographs, kept once by their hash."""

from django.db import models

from entrepot.books.models.company import Company


class KeptFile(models.Model):
    """The bytes of an attached file, by the hash of its content; in the database, so that a backup holds it."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=60)
    size = models.BigIntegerField()
    content = models.BinaryField()


class Attachment(models.Model):
    """A file beside a document, whatever version of it: the document is named as others name it (company, type, number).

    Nothing is deleted: what somebody took away says who and when.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    type = models.CharField(max_length=32)
    number = models.CharField(max_length=120)
    file = models.ForeignKey(KeptFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    priced = models.BooleanField(default=True, help_text="may show prices: only for who sees cost")
    added_by = models.CharField(max_length=200)
    added_at = models.BigIntegerField()
    removed_by = models.CharField(max_length=200, blank=True)
    removed_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["company", "type", "number"], name="attachment_of")]
