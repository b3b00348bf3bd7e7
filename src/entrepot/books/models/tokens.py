"""Keys by which programs speak for a user."""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """Only the SHA-256 of a token is kept: who reads the database cannot use it. The token itself is long and random."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)
