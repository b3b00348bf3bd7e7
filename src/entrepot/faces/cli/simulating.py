"""``entrepot simulate``: what ways of ordering would cost, last year again or in many futures."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.cli.opening import open_books

_FULL = {
    "purchase": "purchase", "first_leg": "first leg", "duty_tax": "duty and tax", "storage": "storage", "capital": "capital",
    "selling": "selling and last mile", "unsalable": "returns and loss", "ordering": "order lines",
}  # fmt: skip
_DECIDED = {
    "price": "price breaks", "first_leg": "first leg", "ordering": "order lines", "storage": "storage", "capital": "capital",
    "end_of_life": "end of life", "lost_margin": "lost margin",
}  # fmt: skip

_WRONG = {
    "closed": "the closed supplier", "delays": "the delay on the way", "freight": "the change of freight",
    "demand": "the change of demand", "cash": "the limit on cash",
}  # fmt: skip


def simulate(
    way: Annotated[
        list[str] | None,
        typer.Option(
            help="plan, sheet, sheet:1.28 (z), cover, cover:45 (days), own; with --past also happened; may be repeated."
        ),
    ] = None,
    past: Annotated[bool, typer.Option("--past", help="The last year again, instead of futures.")] = False,
    futures: Annotated[int, typer.Option(help="How many futures.")] = 200,
    weeks: Annotated[int, typer.Option(help="How many weeks ahead.")] = 26,
    seed: Annotated[int, typer.Option(help="Other futures.")] = 1,
    disruption: Annotated[
        list[str] | None,
        typer.Option(
            help="closed=CN:lny, late=sea:3, shut=rail:2027-01-01:2027-02-01, freight=sea:40, "
            "demand=-20:2027-01-01:2027-03-01, cash=50; repeat."
        ),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="Your own rules (TOML), for --way own.", exists=True, dir_okay=False)
    ] = None,
    waits: Annotated[
        str,
        typer.Option(help="Places whose customers wait, with what a week costs in per cent of the price: LA:2,DE:1."),
    ] = "",
    company: Annotated[str, typer.Option(help="Of this company; else of the first that can be simulated.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Ask the twin what ways of ordering would cost; all meet the same demand and the same luck. The books stay untouched."""
    open_books()
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.printing import say
    from entrepot.faces.simulations import first_day
    from entrepot.workflows.simulate import simulate as ask
    from entrepot.workflows.simulate_wish import DEFAULT_WAYS, FUTURES, PAST, read_wish

    owner = _company(company)
    text = rules.read_text(encoding="utf-8") if rules else ""
    ways = way or [*DEFAULT_WAYS, *(["own"] if rules else [])]
    wish = read_wish(
        first_day(owner), ways=ways, mode=PAST if past else FUTURES, futures=futures, weeks=weeks, seed=seed,
        disruption=",".join(disruption or []), rules=text, waits=waits,
    )  # fmt: skip
    begun = monotonic()
    with Bars() as bars:
        answer = ask(owner, wish, bars)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    span = "the last year again" if past else f"{answer['futures']} futures"
    say(f"{answer['company']}: {answer['rows']} rows, {answer['weeks']} weeks, {span}, in {monotonic() - begun:.1f} s")
    if answer["left_out"]:
        say(f"{answer['left_out']} rows left out: too young, or something is missing (entrepot plan shows what)")
    for case, title in (("calm", "As things are"), ("disturbed", f"With {wish.text}")):
        if case in answer["ways"][0]:
            _table(title, answer, case)
    if "booked" in answer:
        _booked(answer)
    _compared(answer)


def _booked(answer: dict[str, Any]) -> None:
    """The books' own figures of the weeks that were run again, beside the twin's of what happened."""
    from entrepot.faces.cli.printing import money, table

    currency, booked = answer["currency"], answer["booked"]
    twin = next((way["calm"]["families"] for way in answer["ways"] if way["kind"] == "happened"), None)
    rows = [
        (name, money(booked[key], currency), "" if twin is None else money(twin[key], currency))
        for key, name in _FULL.items()
        if key in booked
    ]
    table("The same weeks in the books", ("", "books", "twin, as it happened"), rows, right=(1, 2))


def _company(code: str) -> Any:
    from entrepot.books.models import Company, DemandRun

    if code:
        found = Company.objects.filter(code=code).first()
    else:
        run = DemandRun.objects.order_by("company_id").first()
        found = run.company if run else Company.objects.order_by("pk").first()
    if found is None:
        raise ProblemError(
            Problem(
                "unknown_company", "there is no such company", "run: entrepot forecast, or check the code", found=code
            )
        )
    return found


def _table(title: str, answer: dict[str, Any], case: str) -> None:
    from entrepot.faces.cli.printing import money, table

    currency = answer["currency"]
    told = [way[case] for way in answer["ways"]]
    many = answer["futures"] > 1

    def span(ends: list[tuple[int, int]]) -> tuple[str, ...]:
        return ("  nine futures of ten", *(f"{money(low, currency)} – {money(high, currency)}" for low, high in ends))

    rows = [("cost of ordering so", *(money(one["cost"], currency) for one in told))]
    rows += [span([(one["low"], one["high"]) for one in told])] if many else []
    rows += [
        (f"  {name}", *(money(one["decided"][key], currency) for one in told))
        for key, name in _DECIDED.items()
        if key != "price" or any(one["decided"][key] for one in told)
    ]
    rows.append(("full cost", *(money(one["total"], currency) for one in told)))
    rows += [span([(one["total_band"][0], one["total_band"][-1]) for one in told])] if many else []
    rows += [(f"  {name}", *(money(one["families"][key], currency) for one in told)) for key, name in _FULL.items()]
    rows += [
        ("profit", *(money(one["profit"], currency) for one in told)),
        ("demand met", *(f"{one['fill']:.1%}" for one in told)),
        ("weeks out of stock", *(f"{one['out_weeks']:.1%}" for one in told)),
        ("stock at the end", *(money(one["left_value"], currency) for one in told)),
    ]
    table(title, ("", *(way["code"] for way in answer["ways"])), rows, right=tuple(range(1, len(told) + 1)))


def _compared(answer: dict[str, Any]) -> None:
    from entrepot.faces.cli.printing import money, say

    currency, first = answer["currency"], answer["ways"][0]["code"]
    for way, gap in list(zip(answer["ways"], answer["against"], strict=True))[1:]:
        share = "" if gap["share"] is None else f" ({gap['share']:+.1%})"
        of = "items" if answer["futures"] == 1 else "futures"
        say(f"{way['code']} against {first}: {money(gap['mean'], currency)} dearer{share}, 95 % interval "
            f"{money(gap['low'], currency)} to {money(gap['high'], currency)}; "
            f"cheaper in {gap['cheaper']:.0%} of the {of}")  # fmt: skip
    for way in answer["ways"]:
        if "shock" in way:
            gap = way["shock"]
            changed = (
                f"demand met {way['calm']['fill']:.1%} to {way['disturbed']['fill']:.1%}, stock at the end "
                f"{money(gap['left_value'], currency)}, profit {money(gap['profit'], currency)}"
            )
            if gap["mean"] < 0:
                say(f"{way['code']} costs {money(-gap['mean'], currency)} less so than as things are: it buys less, and less is "
                    f"left over ({changed})")  # fmt: skip
                _each(way, currency)
                continue
            worst = max(gap["families"], key=lambda name: gap["families"][name])
            say(f"{way['code']}: what goes wrong costs {money(gap['mean'], currency)} "
                f"({money(gap['low'], currency)} to {money(gap['high'], currency)}), most in {_DECIDED[worst]}: "
                f"{changed}")  # fmt: skip
            _each(way, currency)


def _each(way: dict[str, Any], currency: str) -> None:
    """What each thing costs by itself."""
    from entrepot.faces.cli.printing import money, say

    for kind, gap in way["each"].items():
        verb = "costs" if gap["mean"] >= 0 else "saves"
        say(f"  {_WRONG[kind]} alone {verb} {money(abs(gap['mean']), currency)} "
            f"({money(gap['low'], currency)} to {money(gap['high'], currency)} dearer)")  # fmt: skip
