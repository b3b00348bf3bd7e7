import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0003_api_tokens")]
    operations = [
        migrations.AddField("quarantine", "buyer", models.BinaryField(null=True)),
        migrations.AddField(
            "quarantine",
            "key",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="books.datakey"),
        ),
    ]
