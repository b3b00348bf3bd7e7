"""What a supplier takes at least: goods of one order, whole cartons or whole pallets."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0020_books_from")]

    operations = [
        migrations.AddField(
            "supplier",
            "minimum_order",
            models.BigIntegerField(help_text="least goods of one order, minor units of his currency", null=True),
        ),
        migrations.AddField("supplier", "order_in", models.CharField(default="carton", max_length=8)),
    ]
