from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0014_import_tax")]

    operations = [
        migrations.AddField(
            "membership",
            "approval_limit",
            models.BigIntegerField(help_text="minor units of approval_currency; null: no limit", null=True),
        ),
        migrations.AddField(
            "membership",
            "approval_currency",
            models.CharField(blank=True, max_length=3, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(approval_limit__isnull=True)
                | (models.Q(approval_limit__gte=0) & ~models.Q(approval_currency="")),
                name="approval_limit_has_currency",
            ),
        ),
    ]
