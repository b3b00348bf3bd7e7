"""``entrepot losses``: what was lost, what was repaid for it, what stays, and until when the rest can be claimed."""

from __future__ import annotations

from typing import Annotated

import typer

from entrepot.faces.cli.opening import open_books
from entrepot.faces.cli.recovering import Company, Limit, _home, _money, _viewers

OPEN = ("due", "open", "part", "no_term")


def losses(
    sku: Annotated[str, typer.Argument(help="Only this SKU, with every loss and what each link rests on.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every loss, not only what can still be claimed.")] = False,
    name: Annotated[
        str, typer.Option(help="Say for which loss a reimbursement is: REIMBURSEMENT=LOSS or =LOSS:LINE.")
    ] = "",
    company: Company = "",
    limit: Limit = 20,
) -> None:
    """Losses and claims: landed cost lost, repaid, what stays as loss, and claims with their deadline."""
    open_books()
    from entrepot.faces.cli.printing import count, say, table
    from entrepot.workflows import recovery
    from entrepot.workflows.losses import SOON
    from entrepot.workflows.losses import losses as told

    if name:
        _name(name, company)
        return
    for viewer in _viewers(company):
        found = told(viewer, _home(), recovery.today(viewer))
        home = viewer.company.currency
        rows = [row for row in found.rows if sku in ("", row.sku)]
        if not rows:
            say(f"{viewer.company.code}: nothing was lost")
            continue
        known = [row for row in rows if row.landed is not None]
        say(
            f"{viewer.company.code}: {count(sum(r.units for r in rows))} units lost in {len(rows)} losses",
            f"  landed cost {_money(sum(r.landed or 0 for r in known), home)}"
            + (f", {len(rows) - len(known)} losses without a known cost" if len(known) < len(rows) else ""),
            f"  repaid, stated by the payer {_money(sum(r.repaid or 0 for r in rows), home)}, "
            f"linked here {_money(sum(r.derived or 0 for r in rows), home)}",
            f"  stays as loss {_money(sum(r.remainder or 0 for r in known), home)}",
        )
        due = {key for key in found.due if any(row.key == key for row in rows)}
        if due:
            say(f"  {len(due)} claims lapse within {SOON} days")
        chosen = rows if everything or sku else [row for row in rows if row.payer and row.state in OPEN]
        chosen = sorted(chosen, key=lambda r: (r.days is None or r.days < 0, r.days if r.days is not None else 0))
        table(
            "Losses" if everything or sku else "Can be claimed",
            ("SKU", "on", "place", "cause", "units", "landed", "repaid", "stays", "claim", "by", "document"),
            [(x.sku, x.on, x.place, x.cause, count(x.units), _money(x.landed, home),
              _money((x.repaid or 0) + (x.derived or 0), home), _money(x.remainder, home), x.state.replace("_", " "),
              x.deadline or "", x.number) for x in chosen[:limit]], right=(4, 5, 6, 7),
        )  # fmt: skip
        if len(chosen) > limit:
            say(f"and {len(chosen) - limit} more: --limit {len(chosen)}")
        for row in rows if sku else ():
            rest = ", ".join(f"{name.replace('_', ' ')} {_money(n, home)}" for name, n in (row.left or {}).items() if n)
            linked = f"; {', '.join(row.papers)}" if row.papers else ""
            why = f" (linked: {row.how.replace('_', ' ')})" if row.how else ""
            say(f"{row.number}: stays {rest or _money(row.remainder, home)}{linked}{why}{_rule(row.source)}")
        loose = [row for row in found.left if sku in ("", row.sku)]
        table("Reimbursements without a loss", ("number", "SKU", "on", "units", "amount", "why", "may be for"),
              [(x.number, x.sku, x.on, "" if x.units is None else count(x.units), _money(x.amount, home),
                x.why.replace("_", " "), ", ".join(x.candidates)) for x in loose[:limit]], right=(3, 4))  # fmt: skip


def _name(name: str, company: str) -> None:
    from entrepot.faces.cli.printing import say
    from entrepot.workflows.name_loss import name_loss
    from entrepot.workflows.revalue import revalue

    paid, equals, loss = (part.strip() for part in name.partition("="))
    viewers = list(_viewers(company))
    if not (paid and equals and loss):
        raise typer.BadParameter("write REIMBURSEMENT=LOSS", param_hint="--name")
    if len(viewers) != 1:
        raise typer.BadParameter("say of which company", param_hint="--company")
    name_loss(viewers[0], paid, loss, origin="command line")
    revalue()
    say(f"{paid} is for {loss}: its money stands on those units now")


def _rule(source: str) -> str:
    return f". {source}" if source else ""
