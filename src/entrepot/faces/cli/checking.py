"""``entrepot check``: proves from the documents that nothing was lost and nothing invented."""

from __future__ import annotations

import json
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.faces.cli.opening import actor, open_books

if TYPE_CHECKING:
    from entrepot.audit import CheckReport


def check(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    stale_too: Annotated[
        bool, typer.Option("--stale-too", help="Compare figures also where newer facts wait to be valued.")
    ] = False,
) -> None:
    """Check the books; exit code 1 where anything is left over."""
    open_books()
    report, seconds = run(stale_too=stale_too)
    if as_json:
        typer.echo(json.dumps({**asdict(report), "residue": report.residue, "seconds": round(seconds, 2)}, default=str))
    else:
        show(report, seconds)
    if not report.passed:
        raise typer.Exit(1)


def run(*, stale_too: bool = False) -> tuple[CheckReport, float]:
    """The report and the seconds it took."""
    from entrepot.faces.cli.bars import Bars
    from entrepot.workflows.checking import check as prove
    from entrepot.workflows.checking import note
    from entrepot.workflows.clock import now

    begun, at = monotonic(), now()
    with Bars() as bars:
        report = prove(stale_too=stale_too, progress=bars)
    note(report, begun=at, owner=actor())
    return report, monotonic() - begun


def show(report: Any, seconds: float) -> None:
    """Counts, residues by identity, the first residues, what waits."""
    from entrepot.audit.report import IDENTITIES
    from entrepot.faces.cli.printing import amounts, count, say, table

    table(
        "Check", ("", "what must hold", "residue"),
        [(code, text, count(report.by_identity[code])) for code, text in IDENTITIES.items()], right=(2,),
    )  # fmt: skip
    table("Residues", ("", "place", "expected", "found"),
          [(r.identity, r.place, r.expected, r.found) for r in report.residues[:20]])  # fmt: skip
    examined = ", ".join(f"{count(n)} {what}" for what, n in report.counts.items())
    say(f"examined: {examined or 'nothing: the books are empty'}")
    waits = report.quarantined
    if waits and waits["lines"]:
        money = amounts({k: v for k, v in (waits.get("amounts") or {}).items() if isinstance(v, int)})
        say(f"in quarantine: {count(waits['lines'])} lines" + (f", {money}" if money else ""))
    if report.not_valued:
        say(f"not valued since their last fact: {count(report.not_valued)} items (entrepot revalue)")
    say(f"residue {count(report.residue)} in {seconds:.1f} s")
