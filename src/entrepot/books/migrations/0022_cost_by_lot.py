import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def value_anew(apps, editor):
    """Items whose sales have no lots yet: the next valuation writes them."""
    apps.get_model("books", "ItemState").objects.filter(stale_since__isnull=True).update(stale_since=F("valued_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0021_suppliers_order_terms"),
    ]

    operations = [
        migrations.CreateModel(
            name="LotFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("month", models.IntegerField(help_text="YYYYMM in the company's zone")),
                ("sales", models.BigIntegerField(default=0)),
                ("quantity", models.BigIntegerField()),
                ("returned", models.BigIntegerField(default=0)),
                ("net", models.BigIntegerField(default=0)),
                ("net_unknown", models.BigIntegerField(default=0, help_text="units whose price is not known")),
                ("refunded", models.BigIntegerField(default=0)),
                ("purchase", models.BigIntegerField(default=0)),
                ("first_leg", models.BigIntegerField(default=0)),
                ("duty_tax", models.BigIntegerField(default=0)),
                ("storage", models.BigIntegerField(default=0)),
                ("capital", models.BigIntegerField(default=0)),
                (
                    "imputed",
                    models.BigIntegerField(
                        default=0, help_text="interest on the money in the units, at the seller's rate"
                    ),
                ),
                ("selling", models.BigIntegerField(default=0)),
                ("unsalable", models.BigIntegerField(default=0)),
                ("book_cost", models.BigIntegerField(default=0)),
                ("uncosted", models.BigIntegerField(default=0)),
                ("missing", models.BigIntegerField(default=0)),
                (
                    "company",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="books.company"),
                ),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="books.item")),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="books.location"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="books.movement"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="books.shop"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["month", "company"], name="lot_figure_month")],
            },
        ),
        migrations.RunPython(value_anew, migrations.RunPython.noop),
    ]
