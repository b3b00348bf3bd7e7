from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0004_waiting_buyer")]
    operations = [
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("address", models.CharField(max_length=64)),
                ("at", models.BigIntegerField(db_index=True)),
            ],
            options={"indexes": [models.Index(fields=["name", "at"], name="sign_in_name")]},
        ),
    ]
