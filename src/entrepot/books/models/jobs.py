"""Long work: what the queue delivers, this row tells (progress, result, error, wish to cancel)."""

from django.db import models


class Job(models.Model):
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="queued")
    stage = models.CharField(max_length=200, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    cancel_wanted = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    problems = models.JSONField(default=list)
    owner = models.CharField(max_length=200, blank=True)
    created_at = models.BigIntegerField()
    started_at = models.BigIntegerField(null=True)
    finished_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="job_state")]
