"""Which costs of buying a company puts into its stock: what holds on a day, and a new policy from a day on.

The price, duty and tax that does not come back are always cost of the stock, so they are no choice here; nor are storage after
arrival, selling cost and abnormal loss, which never are (IAS 2.10-16, CAS 1.6-9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from entrepot.books import audit_trail, intake
from entrepot.books.capitalisation import policies
from entrepot.core.calendar import Instant, midnight, to_datetime
from entrepot.core.components import BOOK, COMPONENTS, EXPENSED
from entrepot.core.documents import CapitalisationPolicy, PolicyLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.close import company_named

TREATMENTS = ("capitalise", "expense")


@dataclass(frozen=True)
class Treatment:
    """How one component is treated: ``since`` and ``document`` are None and empty where no policy names it.

    ``planned``: days after today from which it will be treated otherwise, with how.
    """

    component: str
    expense: bool
    since: date | None
    document: str
    planned: tuple[tuple[date, str], ...]

    @property
    def treatment(self) -> str:
        """``capitalise`` or ``expense``."""
        return TREATMENTS[self.expense]


def treatments(company: str, on: date) -> list[Treatment]:
    """Every component that a policy may expense, as it is treated for goods that come on a day."""
    row = company_named(company)
    told = [one for one in policies() if one.company == row.pk]
    found: list[Treatment] = []
    for component in EXPENSED:
        mine = {one.valid_from: one for one in told if one.component == COMPONENTS[component]}
        past = [day for day in sorted(mine) if day <= on]
        later = tuple((day, TREATMENTS[mine[day].expense]) for day in sorted(mine) if day > on)
        holds = mine[past[-1]] if past else None
        while (
            holds and len(past) > 1 and mine[past[-2]].expense == holds.expense
        ):  # said again: it has held since the first
            past.pop()
            holds = mine[past[-1]]
        found.append(
            Treatment(component, bool(holds and holds.expense), holds.valid_from if holds else None,
                      holds.document if holds else "", later)
        )  # fmt: skip
    return found


def capitalise(
    company: str, since: date, choices: Mapping[str, str], *, actor: str, reason: str = "", at: Instant | None = None
) -> str:
    """A new policy for goods that come from ``since`` on; its number.

    ``choices``: component → ``capitalise`` or ``expense``; what is not named stays as it is. Raises ``ProblemError`` for a
    component that is no choice, a closed period, or nothing to change.
    """
    row = company_named(company)
    for component, treatment in choices.items():
        _may(component, treatment)
    if not choices:
        raise ProblemError(
            Problem("nothing_chosen", "no component is named", f"name one of {', '.join(EXPENSED)}", field="component")
        )
    moment = at or now()
    number = f"POL-{company}-{since}-{moment}"
    document = CapitalisationPolicy(
        id=number, source="entrepot", account=company, company=company, valid_from=since, reason=reason,
        effective_at=to_datetime(midnight(since, row.zone)),
        lines=[PolicyLine(component=name, treatment=told) for name, told in sorted(choices.items())],  # type: ignore[arg-type]
    )  # fmt: skip
    report = intake.post([document], name=f"policy of {company} from {since}", actor=actor, recorded_at=moment)
    if report.quarantined:
        raise ProblemError(*report.problems)
    audit_trail.record(
        actor, "", "capitalise", f"company:{company}", after={"document": number, **choices}, at=moment
    )  # fmt: skip
    return number


def _may(component: str, treatment: str) -> None:
    if component not in EXPENSED:
        always = component in BOOK
        what = "is always cost of the stock (IAS 2.11)" if always else "is never cost of the stock (IAS 2.16)"
        if component not in COMPONENTS:
            what = "is no cost component"
        raise ProblemError(
            Problem(
                "no_choice",
                f"{component} {what}",
                f"choose among {', '.join(EXPENSED)}",
                field="component",
                found=component,
            )
        )
    if treatment not in TREATMENTS:
        raise ProblemError(
            Problem(
                "no_treatment",
                "there are two treatments",
                "say capitalise or expense",
                field="treatment",
                found=treatment,
            )
        )
