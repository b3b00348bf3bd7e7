"""``entrepot user``: who may sign in."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer

from entrepot.faces.cli.opening import actor, open_books

app = typer.Typer(no_args_is_help=True, help="Who may sign in, and as what.")
Name = Annotated[str, typer.Argument(help="Name to sign in with.")]
Codes = list[str] | None


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="owner, finance, operations, warehouse or viewer.")] = "viewer",
    company: Annotated[Codes, typer.Option(help="Confine to this company (repeat for more).")] = None,
    shop: Annotated[Codes, typer.Option(help="Confine to this shop.")] = None,
    location: Annotated[Codes, typer.Option(help="Confine to this place.")] = None,
) -> None:
    """Make a user; the password is asked for, read from a pipe, or made up and said once."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import users

    password, made_up = _password()
    users.add(
        name, password, role, companies=tuple(company or ()), shops=tuple(shop or ()),
        locations=tuple(location or ()), actor=actor(),
    )  # fmt: skip
    say(f"{name} may sign in as {role}" + (f", password {password} (said once)" if made_up else ""))


@app.command()
def password(name: Name) -> None:
    """Give a user another password."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import users

    chosen, made_up = _password()
    users.set_password(name, chosen, actor=actor())
    say(f"{name} has another password" + (f": {chosen} (said once)" if made_up else ""))


@app.command("list")
def listed() -> None:
    """Users, roles and what they are confined to."""
    open_books()
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import users

    found = users.people()
    if not found:
        say("nobody may sign in yet: entrepot user add NAME --role owner")
    table("Users", ("name", "role", "companies", "shops", "places", ""),
          [(p.name, p.role, *(", ".join(codes) or "all" for codes in (p.companies, p.shops, p.locations)),
            "" if p.active else "inactive") for p in found])  # fmt: skip


def _password() -> tuple[str, bool]:
    """The password, and whether we made it up."""
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True), False
    given = sys.stdin.readline().rstrip("\r\n")
    return (given, False) if given else (secrets.token_urlsafe(12), True)
