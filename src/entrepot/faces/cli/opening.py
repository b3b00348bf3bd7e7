"""Opening the books from the command line: settings, Django, the database at this version."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.books.access import Viewer


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


def of_company(code: str) -> Viewer:
    """The owner's view of a company. Raises :class:`~entrepot.core.errors.ProblemError` for one that there is not."""
    from entrepot.books.access import looking_at, system_viewer
    from entrepot.core.errors import Problem, ProblemError

    everyone = system_viewer()
    codes = [one.code for one in everyone.offered]
    if code not in codes:
        remedy = f"use one of {', '.join(codes)}" if codes else "enter a company first"
        raise ProblemError(Problem("no_such_company", "there is no such company", remedy, field="company", found=code))
    return looking_at(everyone, code)


def actor() -> str:
    """Who runs the command, as the operating system knows him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def acting(user: str, company: str = "") -> Viewer:
    """Who acts: ``user`` with his own rights, scope and limit; without a name the owner's view under the name of who runs it.

    Raises :class:`~entrepot.core.errors.ProblemError` for a user or company that there is not.
    """
    from django.contrib.auth import get_user_model

    from entrepot.books.access import system_viewer, viewer_for
    from entrepot.core.errors import Problem, ProblemError

    if not user:
        viewer = system_viewer(company, actor())
    else:
        row = get_user_model().objects.filter(username=user).first()
        if row is None:
            raise ProblemError(Problem("unknown_user", "there is no such user", "see entrepot user list", found=user))
        viewer = viewer_for(row, company)
    if company and viewer.company.code != company:
        codes = ", ".join(one.code for one in viewer.offered)
        raise ProblemError(
            Problem(
                "no_such_company", "there is no such company", f"use one of {codes}", field="company", found=company
            )
        )
    return viewer
