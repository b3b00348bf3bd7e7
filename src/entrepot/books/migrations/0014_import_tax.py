import json
from datetime import date
from fractions import Fraction

import django.db.models.deletion
from django.db import migrations, models

from entrepot.books.immutability import IMPORT_TAX, protect, unprotect


def tell_registrations(apps, editor):
    """Every version of a registration that stands among the documents, as a fact of its own."""
    document = apps.get_model("books", "Document")
    registration = apps.get_model("books", "TaxRegistration")
    for row in document.objects.filter(type="tax_registration").order_by("pk"):
        body = json.loads(bytes(row.body))
        scheme = body["scheme"]
        share = Fraction(0 if scheme == "flat_rate" else 1)
        registration.objects.create(
            document=row, company_id=row.company_id, country=body["country"], scheme=scheme, number=body["number"],
            valid_from=date.fromisoformat(body["valid_from"]),
            valid_to=date.fromisoformat(body["valid_to"]) if body.get("valid_to") else None,
            share_numerator=share.numerator, share_denominator=share.denominator, recorded_at=row.recorded_at,
        )


class Migration(migrations.Migration):

    dependencies = [("books", "0013_storage_ahead")]

    operations = [
        migrations.DeleteModel("TaxRegistration"),
        migrations.CreateModel(
            name="TaxRegistration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(max_length=2)),
                ("scheme", models.CharField(max_length=24)),
                ("number", models.CharField(max_length=120)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("share_numerator", models.BigIntegerField(default=1)),
                ("share_denominator", models.BigIntegerField(default=1)),
                ("recorded_at", models.BigIntegerField()),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="books.company")),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="books.document")),
            ],
        ),
        migrations.CreateModel(
            name="ImportTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("importer", models.CharField(blank=True, max_length=120)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("tax_point", models.DateField(null=True)),
                ("scheme", models.CharField(blank=True, max_length=16)),
                ("recorded_at", models.BigIntegerField()),
                ("company", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="books.company")),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="books.document")),
            ],
        ),
        migrations.CreateModel(
            name="TaxOrigin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cost_line", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="tax_origin", to="books.costline")),
                ("document", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="books.document")),
                ("origin", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.costline")),
            ],
        ),
        migrations.CreateModel(
            name="TaxReturned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("base_amount", models.BigIntegerField()),
                ("way", models.CharField(max_length=10)),
                ("period_to", models.DateField(null=True)),
                ("effective_at", models.BigIntegerField()),
                ("recorded_at", models.BigIntegerField()),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="books.company")),
                ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="books.document")),
            ],
        ),
        migrations.CreateModel(
            name="ImportTaxFigure",
            fields=[
                ("cost_line", models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to="books.costline")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("importer", models.CharField(blank=True, max_length=120)),
                ("scheme", models.CharField(blank=True, max_length=16)),
                ("tax_point", models.DateField(null=True)),
                ("code", models.CharField(max_length=20)),
                ("certain", models.BooleanField()),
                ("number", models.CharField(blank=True, max_length=120)),
                ("since", models.DateField(null=True)),
                ("share_numerator", models.BigIntegerField()),
                ("share_denominator", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("base_amount", models.BigIntegerField()),
                ("recovered_amount", models.BigIntegerField()),
                ("recovered", models.BigIntegerField()),
                ("company", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to="books.company")),
            ],
            options={
                "indexes": [models.Index(fields=["company", "country", "tax_point"], name="import_tax_company")],
            },
        ),
        migrations.RunPython(tell_registrations, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, editor: protect(editor.connection, IMPORT_TAX),
            lambda apps, editor: unprotect(editor.connection, IMPORT_TAX),
        ),
    ]
