"""What the figures of the monthly score mean, in words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """No change of the tables."""

    dependencies = [("books", "0022_cost_by_lot")]

    operations = [
        migrations.AlterField(
            "scoremonth",
            "turnover_days",
            models.IntegerField(help_text="average stock at cost ÷ cost of what went a day", null=True),
        ),
        migrations.AlterField(
            "scoremonth",
            "taken_effect",
            models.BigIntegerField(help_text="margin of the units of taken advice that were sold", null=True),
        ),
    ]
