"""Opening the books from the command line: settings, Django, the database at this version."""

from __future__ import annotations

import getpass
import os


def use_home(home: str) -> None:
    """Let this run keep its data in ``home``; before anything reads the settings."""
    os.environ["ENTREPOT_HOME"] = home


def load() -> None:
    """Django with our settings; the database is not touched."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def open_books() -> None:
    """Load, and bring the database to this version."""
    load()
    from entrepot.workflows.setup import prepare

    prepare()


def actor() -> str:
    """Who runs the command, as the operating system knows him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
