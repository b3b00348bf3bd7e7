"""What to ask first where much is not known: a heading or an origin that is missing leaves every added duty open."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.workflows.quote import LineAnswer

FEW = 3
"""Unknown lines that want the same before they are told as one."""
HEADING, ORIGIN = "HS code", "country of origin"
PRICE, DUTY = "a price", "the duty"
"""What a tax on it needs; the duty's own line says why it is not known."""
LISTS = "on which lists of added duties the heading is: import the schedule, or a code that is in it"
_BY_RATE = ("value of the goods", "value, freight and insurance")
"""What is known as soon as the exchange rate is."""
_BY_LIST = ("whether the heading is on a list of ", "whether the heading is exempt from ")


def asked_first(needs: Iterable[str]) -> tuple[str, ...]:
    """The needs once each; one that only refines another, or follows from a missing heading or origin, waits for it.

    >>> asked_first(["HS code or duty rate", "country of origin, HS code", "HS code, whether it is a vehicle", "a price"])
    ('HS code or duty rate', 'country of origin', 'a price')
    """
    told = list(dict.fromkeys(needs))
    if any(n.startswith("exchange rate ") for n in told):
        told = [n for n in told if n not in _BY_RATE]
    if sum(n.startswith(_BY_LIST) for n in told) > FEW:
        told = [n for n in told if not n.startswith(_BY_LIST)] + [LISTS]
    told = list(dict.fromkeys(ORIGIN if n.startswith(f"{ORIGIN}, ") else n for n in told))
    told = [n for n in told if n != DUTY] or told
    if PRICE in told:
        told = [n for n in told if not n.startswith("value of ")]
    heading = any(n.startswith(f"{HEADING} or") for n in told)
    first = (*told, HEADING) if heading else tuple(told)
    kept = [n for n in told if not any(n != other and n.startswith(f"{other}, ") for other in first)]
    return tuple(n for n in kept if not (heading and n == HEADING))


def waits_for(line: LineAnswer) -> str:
    """What an added duty waits for together with others, such as the heading; empty for a line that is told on its own."""
    if line.amount is not None or line.component != "duty":
        return ""
    if any(n.startswith((HEADING, ORIGIN)) and not n.startswith(f"{HEADING} or") for n in line.needs):
        return "the HS code and the country of origin"
    return LISTS if any(n.startswith(_BY_LIST) for n in line.needs) else ""
