import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0005_sign_in_attempts'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemandFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekly_milli', models.BigIntegerField(help_text='expected units a week × 1,000')),
                ('recent_milli', models.BigIntegerField(help_text='average of the last eight known weeks × 1,000', null=True)),
                ('lead_days', models.IntegerField()),
                ('lead_mean', models.BigIntegerField()),
                ('lead_low', models.BigIntegerField()),
                ('lead_middle', models.BigIntegerField()),
                ('lead_high', models.BigIntegerField()),
                ('pattern', models.CharField(blank=True, max_length=20)),
                ('method', models.CharField(blank=True, max_length=40)),
                ("flags", models.CharField(default=",", help_text="codes between commas: ,censored,dormant,", max_length=400)),
                ('forecasts', models.IntegerField(default=0, help_text='past forecasts that the errors are measured on')),
                ('wape', models.IntegerField(null=True)),
                ('wape_simple', models.IntegerField(help_text='of the 8-week average', null=True)),
                ('bias', models.IntegerField(null=True)),
                ('covered', models.IntegerField(help_text='share of past totals that stayed under the 95 % quantile', null=True)),
                ('value_added', models.IntegerField(help_text="share of the simple rule's error that is saved", null=True)),
                ('lost', models.BigIntegerField(help_text='units thought lost to stock-outs in the last 26 weeks', null=True)),
                ('at_stake', models.BigIntegerField(null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.item')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.location')),
            ],
        ),
        migrations.CreateModel(
            name='DemandDetail',
            fields=[
                ('figure', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='books.demandfigure')),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='DemandRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.BigIntegerField()),
                ('as_of', models.BigIntegerField(help_text='end of the order lines, µs')),
                ('last_week', models.DateField(help_text='Monday of the last whole week')),
                ('series', models.IntegerField()),
                ('content', models.JSONField(default=dict)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.company')),
            ],
        ),
        migrations.AddField(
            model_name='demandfigure',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='books.demandrun'),
        ),
        migrations.CreateModel(
            name='Uplift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('percent', models.IntegerField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('made_at', models.BigIntegerField()),
                ('made_by', models.CharField(max_length=200)),
                ('withdrawn_at', models.BigIntegerField(null=True)),
                ('withdrawn_by', models.CharField(blank=True, max_length=200)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.company')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='books.item')),
                ('location', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='books.location')),
            ],
        ),
        migrations.AddConstraint(
            model_name='demandrun',
            constraint=models.UniqueConstraint(fields=('company', 'made_at'), name='demand_run_once'),
        ),
        migrations.AddConstraint(
            model_name='demandfigure',
            constraint=models.UniqueConstraint(fields=('run', 'item', 'location'), name='demand_figure_once'),
        ),
        migrations.AddIndex(
            model_name='uplift',
            index=models.Index(fields=['company', 'item'], name='uplift_item'),
        ),
    ]
