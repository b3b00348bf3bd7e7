"""A place says what is reserved, sought and inbound. SQLite makes the table anew, without its triggers."""

from django.db import migrations, models

from entrepot.books.immutability import protect, unprotect

TABLE = ("reportedstock",)


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0024_what_is_capitalised"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, editor: unprotect(editor.connection, TABLE),
            lambda apps, editor: protect(editor.connection, TABLE),
        ),
        migrations.AddField(
            model_name="reportedstock",
            name="stage",
            field=models.CharField(default="on_hand", help_text="of core.documents.stock.Stage", max_length=20),
        ),
        migrations.AddIndex(
            model_name="reportedstock",
            index=models.Index(fields=["location", "stage", "document", "effective_at"], name="reported_stage"),
        ),
        migrations.RunPython(
            lambda apps, editor: protect(editor.connection, TABLE),
            lambda apps, editor: unprotect(editor.connection, TABLE),
        ),
    ]
