"""``entrepot supplier-terms``: what is agreed with a supplier, read and told anew from a day on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from entrepot.faces.cli.opening import acting, open_books


def supplier_terms(
    supplier: Annotated[str, typer.Argument(help="Code of the supplier.")],
    term: Annotated[
        list[str] | None, typer.Option(help="Share in %:due from:days, 30:order, 70:bl_copy:7 (repeat).")
    ] = None,
    over: Annotated[str, typer.Option(help="How much more than ordered may be received, per cent.")] = "",
    discount: Annotated[str, typer.Option(help="Discount in %:days, 2:10.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; today unless said.")] = None,
    user: Annotated[str, typer.Option("--as", envvar="ENTREPOT_USER", help="Act as this user.")] = "",
    company: Annotated[str, typer.Option(help="Code of the company.", show_default="the first")] = "",
) -> None:
    """Payment terms of a supplier: without --term, --over or --discount they are shown."""
    open_books()
    from entrepot.faces.cli.printing import say
    from entrepot.workflows import supplier_terms as work

    viewer = acting(user, company)
    if term or over or discount:
        bp, days = _pair(discount) if discount else (0, 0)
        work.agree(
            viewer, supplier, [_term(text) for text in term or []], since=since.date() if since else None,
            over_bp=_bp(over) if over else None, discount_bp=bp, discount_days=days, origin="cli",
        )  # fmt: skip
    for one in work.read(viewer, supplier):
        parts = [f"{t.share_bp / 100:g} % {t.trigger}" + (f" +{t.days} days" if t.days else "") for t in one.terms]
        parts += [f"over {one.over_bp / 100:g} %"] if one.over_bp is not None else []
        parts += [f"discount {one.discount_bp / 100:g} % within {one.discount_days} days"] if one.discount_bp else []
        say(f"from {one.since}: {', '.join(parts) or 'nothing agreed'}")


def _term(text: str) -> dict[str, Any]:
    share, _, rest = text.partition(":")
    trigger, _, days = rest.partition(":")
    return {"share_bp": _bp(share), "trigger": trigger.strip(), "days": _whole(days) if days else 0}


def _pair(text: str) -> tuple[int, int]:
    share, _, days = text.partition(":")
    return _bp(share), _whole(days)


def _bp(text: str) -> int:
    from fractions import Fraction

    try:
        share = Fraction(text.strip().rstrip("%")) * 100
    except (ValueError, ZeroDivisionError):
        raise _wrong(text) from None
    if share.denominator != 1 or not 0 <= share <= 10_000:
        raise _wrong(text)
    return int(share)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise _wrong(text)
    return int(text)


def _wrong(text: str) -> Exception:
    from entrepot.core.errors import Problem, ProblemError

    return ProblemError(
        Problem("bad_value", "this is no share", "write it as 30:order or 70:bl_copy:7", found=text[:40])
    )
