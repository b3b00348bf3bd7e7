"""Who may see and do what, who did what, and the keys under which personal data can be forgotten."""

from django.conf import settings
from django.db import models

from entrepot.books.models.company import Company, Location, Shop
from entrepot.books.models.documents import Document


class Membership(models.Model):
    """A user's role; empty scopes mean all companies, shops or places."""

    ROLES = [(r, r) for r in ("owner", "finance", "operations", "warehouse", "viewer")]

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    role = models.CharField(max_length=12, choices=ROLES, default="viewer")
    companies = models.ManyToManyField(Company, blank=True)
    shops = models.ManyToManyField(Shop, blank=True)
    locations = models.ManyToManyField(Location, blank=True)
    approval_limit = models.BigIntegerField(null=True, help_text="minor units of approval_currency; null: no limit")
    approval_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="approval_limit_has_currency",
                condition=models.Q(approval_limit__isnull=True)
                | (models.Q(approval_limit__gte=0) & ~models.Q(approval_currency="")),
            )
        ]


class DataKey(models.Model):
    """A key for personal data; deleting the row forgets what it encrypted."""

    secret = models.BinaryField()
    created_at = models.BigIntegerField()


class PersonalData(models.Model):
    """A buyer's personal fields of one order, encrypted under that order's own key."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT)
    key = models.ForeignKey(DataKey, on_delete=models.SET_NULL, null=True)
    content = models.BinaryField()


class AuditEntry(models.Model):
    """Who did what, when, from where. Each row's hash covers the row before it, so a missing row shows."""

    at = models.BigIntegerField()
    actor = models.CharField(max_length=200)
    origin = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)


class SignInAttempt(models.Model):
    """A sign-in that was tried and did not succeed (or is being tried): what the limit on guessing counts."""

    name = models.CharField(max_length=200)
    address = models.CharField(max_length=64)
    at = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["name", "at"], name="sign_in_name")]
