from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0019_orders_followed")]

    operations = [
        migrations.AddField(
            "company", "books_from", models.DateField(help_text="sales before this day move no units", null=True)
        ),
    ]
