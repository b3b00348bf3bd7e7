"""People of a set-up workbook: made with the books or not at all, each with a password that is stored nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from entrepot.books import access, audit_trail
from entrepot.channels.files.setup_users import UserRow
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now

_COLUMNS = {"name": "name", "role": "role", "company": "companies", "shop": "shops", "location": "places"}


def add_people(
    rows: Sequence[UserRow], actor: str, *, allowed: bool = True
) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Make the people of the sheet, in the caller's transaction: name and first password of each, and what is wrong by cell.

    ``allowed``: whether who brings the workbook may manage users; who may not is told so at the first of them.
    """
    made, wrong = list[tuple[str, str]](), list[Problem]()
    if rows and not allowed:
        first = rows[0]
        return [], [
            Problem("not_allowed", "your role may not make users", "empty this sheet, or have the owner bring the workbook",
                    document=first.sheet, line=first.line)
        ]  # fmt: skip
    for row in rows:
        password = secrets.token_urlsafe(12)
        try:
            with transaction.atomic():
                _named(row)
                access.create_user(
                    row.name, password, row.role, companies=row.companies, shops=row.shops, locations=row.locations
                )
                scope = {"companies": row.companies, "shops": row.shops, "locations": row.locations}
                audit_trail.record(
                    actor, "", "user.add", f"user:{row.name}", after={"role": row.role, **scope}, at=now()
                )
        except ProblemError as error:
            wrong += [
                replace(one, document=row.sheet, line=row.line, field=_COLUMNS.get(one.field, one.field))
                for one in error.problems
            ]
        else:
            made.append((row.name, password))
    return made, wrong


def _named(row: UserRow) -> None:
    if not row.name or len(row.name) > 150 or not row.name.isprintable():
        raise ProblemError(
            Problem(
                "bad_name", "a user needs a name", "write the name to sign in with", field="name", found=row.name[:60]
            )
        )
    if not row.role:
        raise ProblemError(
            Problem("unknown_role", "a user needs a role", f"choose one of {', '.join(access.ROLES)}", field="role")
        )
