"""Signals say what they are about; how items go on; unmet demand ranked. SQLite makes the signals' table anew, without its triggers."""

import django.db.models.deletion
from django.db import migrations, models

from entrepot.books.immutability import protect, unprotect


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0008_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemCourse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share', models.IntegerField(default=100, help_text="per cent of the predecessor's demand that it inherits")),
                ('ends_on', models.DateField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('made_at', models.BigIntegerField()),
                ('made_by', models.CharField(max_length=200)),
                ('withdrawn_at', models.BigIntegerField(null=True)),
                ('withdrawn_by', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='OpportunityFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.BigIntegerField()),
                ('place', models.IntegerField(help_text='rank, 1 the best')),
                ('subject', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=20)),
                ('shops', models.CharField(default=',', help_text='codes between commas', max_length=400)),
                ('counts', models.JSONField(default=dict)),
                ('units_milli', models.BigIntegerField(help_text='units a month × 1,000')),
                ('low_milli', models.BigIntegerField()),
                ('high_milli', models.BigIntegerField()),
                ('sales', models.BigIntegerField(null=True)),
                ('profit', models.BigIntegerField(null=True)),
                ('profit_low', models.BigIntegerField(null=True)),
                ('profit_high', models.BigIntegerField(null=True)),
                ('trend', models.IntegerField(help_text='thousandths', null=True)),
                ('basis', models.CharField(blank=True, max_length=20)),
                ('reasons', models.JSONField(default=list)),
            ],
        ),
        migrations.RunPython(
            lambda apps, editor: unprotect(editor.connection, ("signalvalue",)),
            lambda apps, editor: protect(editor.connection, ("signalvalue",)),
        ),
        migrations.AddField(
            model_name='signalvalue',
            name='subject',
            field=models.CharField(blank=True, default='', help_text="what was looked for, in people's words", max_length=120),
        ),
        migrations.AddIndex(
            model_name='signalvalue',
            index=models.Index(fields=['name', 'effective_at'], name='signal_name'),
        ),
        migrations.RunPython(
            lambda apps, editor: protect(editor.connection, ("signalvalue",)),
            lambda apps, editor: unprotect(editor.connection, ("signalvalue",)),
        ),
        migrations.AddField(
            model_name='itemcourse',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.company'),
        ),
        migrations.AddField(
            model_name='itemcourse',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.item'),
        ),
        migrations.AddField(
            model_name='itemcourse',
            name='predecessor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='books.item'),
        ),
        migrations.AddField(
            model_name='opportunityfigure',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.company'),
        ),
        migrations.AddField(
            model_name='opportunityfigure',
            name='item',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='books.item'),
        ),
        migrations.AddConstraint(
            model_name='itemcourse',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('company', 'item'), name='item_course_once'),
        ),
        migrations.AddConstraint(
            model_name='opportunityfigure',
            constraint=models.UniqueConstraint(fields=('company', 'place'), name='opportunity_once'),
        ),
    ]
