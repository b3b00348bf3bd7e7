"""The test run itself is sound on both databases."""

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname",
}


def triggers() -> list[str]:
    """Names of the active triggers of the database in use."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return [name for (name,) in cursor.fetchall()]


def test_emptying_between_tests_leaves_facts_protected() -> None:
    """The triggers that refuse to change facts are there before and after a test database was emptied."""
    before = triggers()
    call_command("flush", interactive=False, verbosity=0)
    assert before
    assert triggers() == before


def test_no_migration_is_missing() -> None:
    """The models say nothing that the migrations do not create."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
