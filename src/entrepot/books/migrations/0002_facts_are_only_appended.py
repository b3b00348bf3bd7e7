from django.db import migrations

from entrepot.books.immutability import FIRST, protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: protect(editor.connection, FIRST),
            lambda apps, editor: unprotect(editor.connection, FIRST),
        )
    ]
