"""``entrepot draft``: documents typed into the books, tried and posted as on their page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.faces.cli.opening import acting, open_books

if TYPE_CHECKING:
    from entrepot.workflows.typed_rows import Typed

app = typer.Typer(no_args_is_help=True, help="Documents typed in: begin a draft, try it, post it, take it back.")
Key = Annotated[str, typer.Argument(help="Key of the draft, as in list.")]
Cells = Annotated[
    Path, typer.Argument(help='JSON: {"header": {…}, "rows": [{…}]}, cells as text; - reads the pipe.', allow_dash=True)
]
User = Annotated[
    str, typer.Option("--as", envvar="ENTREPOT_USER", help="Act as this user, with his rights and places.")
]
Company = Annotated[str, typer.Option(help="Code of the company.", show_default="the first")]
Late = Annotated[bool, typer.Option("--late", help="A late fact of a closed period, by who may close.")]


@app.command("list")
def listed(user: User = "", company: Company = "") -> None:
    """Drafts that nobody has posted."""
    open_books()
    from entrepot.faces.cli.printing import say, table
    from entrepot.workflows import drafts

    rows = drafts.open_drafts(acting(user, company))
    if not rows:
        say("no drafts")
    table("Drafts", ("draft", "document", "number", "rows", "version", "by"),
          [(r.key, r.typed.kind.replace("_", " "), r.typed.header.get("id", ""), len(r.typed.rows), r.version, r.saved_by)
           for r in rows])  # fmt: skip


@app.command()
def columns(
    kind: Annotated[str, typer.Argument(help="purchase_order, receipt, transfer, payment …")], language: str = "en"
) -> None:
    """The columns of a document."""
    open_books()
    from entrepot.faces.cli.printing import table
    from entrepot.workflows.typed_fields import head_fields, row_fields

    for title, fields in (("Head", head_fields(kind, language)), ("Rows", row_fields(kind, language))):
        table(title, ("column", "heading", "needed", "meaning"),
              [(f.name, f.label, "yes" if f.required else "", f.meaning) for f in fields])  # fmt: skip


@app.command()
def begin(
    kind: Annotated[str, typer.Argument(help="purchase_order, receipt, transfer, payment …")], cells: Cells, user: User = "",
    company: Company = "",
) -> None:  # fmt: skip
    """A new draft; number and moment are proposed where they are not given."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import drafts

    found = drafts.begin(acting(user, company), _typed(kind, cells))
    say(f"{found.key} {found.typed.header.get('id', '')} version {found.version}")


@app.command()
def save(
    key: Key,
    cells: Cells,
    version: Annotated[int, typer.Option(help="What you saw.")],
    user: User = "",
    company: Company = "",
) -> None:
    """Keep other cells; refused when another saved since."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import drafts

    viewer = acting(user, company)
    kind = drafts.load(viewer, key).typed.kind
    say(f"{key} version {drafts.save(viewer, key, version, _typed(kind, cells)).version}")


@app.command("try")
def attempt(key: Key, late: Late = False, user: User = "", company: Company = "") -> None:
    """What posting would do; nothing is kept."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import drafts, entered

    viewer = acting(user, company)
    found = drafts.load(viewer, key)
    tried = entered.tried(viewer, found.typed, late=late, corrects=found.corrects)
    if not tried.good:
        raise entered.TypedFaults(tried.faults)
    say("it can be posted")


@app.command()
def post(key: Key, late: Late = False, user: User = "", company: Company = "") -> None:
    """Post it, all or nothing; a second time says what the first did."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import drafts

    viewer = acting(user, company)
    done = drafts.post(viewer, key, drafts.load(viewer, key).version, late=late, origin="cli")
    say(
        f"{done.kind.replace('_', ' ')} {done.number} {'was posted before' if done.again else 'posted'}, batch {done.batch}"
    )


@app.command()
def discard(key: Key, user: User = "", company: Company = "") -> None:
    """Throw it away."""
    open_books()
    from entrepot.workflows import drafts

    viewer = acting(user, company)
    drafts.discard(viewer, key, drafts.load(viewer, key).version)


@app.command()
def undo(
    batch: Annotated[int, typer.Argument(help="Batch, as post said.")], user: User = "", company: Company = ""
) -> None:
    """Take a posted document back; its draft is open again."""
    open_books()
    from entrepot.workflows import entered

    entered.undo(acting(user, company), batch, origin="cli")


def _typed(kind: str, cells: Path) -> Typed:
    from entrepot.core.errors import Problem, ProblemError
    from entrepot.faces.cli.order_told import read_told
    from entrepot.workflows.typed_rows import Typed

    told = read_told(cells)
    header: Any = told.get("header", {})
    rows: Any = told.get("rows", [])
    if not isinstance(header, dict) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProblemError(
            Problem("bad_value", "these are no cells", 'write {"header": {…}, "rows": [{…}]}', found=str(cells))
        )
    return Typed(kind, header, tuple(rows))
