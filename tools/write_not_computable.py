"""Writes ``docs/methods/not_computable.md`` from the rule book: run it after a rule has changed."""

from itertools import groupby
from pathlib import Path

from entrepot.rules import rule_book
from entrepot.workflows.not_computable import Open, not_computable

HEAD = """# What is not computed, and why

Made from the rule book by `python tools/write_not_computable.py`; `python -m benchmarks.landed_cases --open` prints the same list
after the acceptance cases. A quote that meets one of these asks for what the last column but one says, shows the rest and is
marked incomplete; nothing here is ever taken for 0. Of the US schedule's rate lines 99.5 % become a rate; the others (references
to notes, formulas, what Congress left to a determination) ask for a person with their text, as [duty](duty.md) says.
"""
TITLES = {
    "charge": "Charges that nobody could settle",
    "duty": "Added duties that need a person",
    "rate": "Rate texts that cannot be reckoned",
    "rule": "Rules without a source, shown as unconfirmed",
    "outside": "Charges of the border that are not in the book",
}


def page(found: list[Open]) -> str:
    """The whole page."""
    parts = [HEAD]
    for kind, group in groupby(found, key=lambda one: one.kind):
        rows = [f"| {o.where} | {_cell(o.what)} | {_days(o)} | {_cell(o.why)} | {_cell(o.source)} |" for o in group]
        head = f"## {TITLES[kind]} ({len(rows)})\n\n| where | what | days | what it would take | source |\n"
        parts.append(head + "|---|---|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _days(one: Open) -> str:
    return f"{one.since or ''} – {one.until or ''}".strip()


def _cell(text: str) -> str:
    return text.replace("|", "/")


if __name__ == "__main__":
    Path("docs/methods/not_computable.md").write_text(page(not_computable(rule_book())), encoding="utf-8")
