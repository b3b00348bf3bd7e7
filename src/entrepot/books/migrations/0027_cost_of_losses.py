import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

LOST = (15, 17)  # written off, short in a count


def value_anew(apps, editor):
    """Items that lost units: the next valuation writes what these had cost."""
    lost = apps.get_model("books", "Movement").objects.filter(kind__in=LOST).values("item_id")
    states = apps.get_model("books", "ItemState").objects.filter(stale_since__isnull=True, item_id__in=lost)
    states.update(stale_since=F("valued_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0026_group_value_of_a_month"),
    ]

    operations = [
        migrations.CreateModel(
            name="LossFigure",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="books.movement",
                    ),
                ),
                ("day", models.IntegerField(help_text="YYYYMMDD in the company's zone")),
                ("quantity", models.BigIntegerField()),
                ("uncosted", models.BigIntegerField(default=0)),
                ("missing", models.BigIntegerField(default=0)),
                (
                    "costs",
                    models.JSONField(
                        help_text="{number of the component: amount}, what was aimed at the loss included"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="books.company"),
                ),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="books.item")),
            ],
            options={
                "indexes": [models.Index(fields=["company", "day"], name="loss_figure_day")],
            },
        ),
        migrations.RunPython(value_anew, migrations.RunPython.noop),
    ]
