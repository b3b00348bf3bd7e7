from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0025_stages_of_reported_stock"),
    ]

    operations = [
        migrations.AddField(
            model_name="monthreport",
            name="group",
            field=models.JSONField(
                default=list, help_text="[sku, company, units, missing, carried, paid] of all companies"
            ),
        ),
    ]
