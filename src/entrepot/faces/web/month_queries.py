"""What the pages of a month's closing ask of the floors below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import get_language

from entrepot.books.access import Viewer
from entrepot.books.selectors import jobs as work
from entrepot.books.selectors import months as reading
from entrepot.books.selectors.health_shapes import Job
from entrepot.core.calendar import Instant, local_date
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces import worker
from entrepot.faces.web.entry_queries import revalue
from entrepot.workflows import capitalise, late_facts, net_realisable, reopening
from entrepot.workflows.account_map import account_map
from entrepot.workflows.capitalise import Treatment
from entrepot.workflows.clock import now
from entrepot.workflows.late_facts import LateFacts, LatePaper, LatePapers, Restated
from entrepot.workflows.voucher_files import VoucherFile, voucher_files
from entrepot.workflows.vouchers import vouchers

KINDS = ("month_report", "month_close", "late_facts")


def months(viewer: Viewer) -> list[reading.ClosingMonth]:
    """The company's months, the newest first."""
    return reading.months(viewer)


def month(viewer: Viewer, which: date) -> reading.MonthPage:
    """One month. Raises :class:`NotThere`."""
    return reading.month_page(viewer, which)


def rows(viewer: Viewer, which: date) -> list[reading.RollRow]:
    """Roll-forward per SKU and place."""
    return reading.roll_rows(viewer, which)


def group(viewer: Viewer, which: date) -> list[reading.GroupStock]:
    """Stock of all companies per SKU, at what outsiders were paid."""
    return reading.month_group(viewer, which)


def running(viewer: Viewer) -> list[Job]:
    """Jobs of these pages that run or wait."""
    return [job for job in work.jobs(viewer) if job.kind in KINDS]


def comparing(viewer: Viewer, which: date) -> bool:
    """Whether the worker works out what came late of the month."""
    return work.under_way(viewer, "late_facts", month=f"{which:%Y-%m}") is not None


def late_papers(viewer: Viewer, which: date) -> LatePapers:
    """Documents of a closed month, and of those closed with it, that were recorded since."""
    _whole(viewer)
    return late_facts.late_papers(viewer.company.code, f"{which:%Y-%m}")


def late(viewer: Viewer, which: date, closed: Instant) -> tuple[LateFacts, datetime] | None:
    """The month closed then as reported and as known, as it was worked out last, and when; of an earlier closing nothing."""
    _whole(viewer)
    found = work.result(viewer, "late_facts", month=f"{which:%Y-%m}")
    if found is None or found[0].get("reported_at") != closed or "months" not in found[0]:
        return None  # of another closing, or worked out before closings of several months were told apart
    told, at = found
    parts = {
        "rows": tuple(Restated(**row) for row in told["rows"]), "skus": tuple((sku, a, b) for sku, a, b in told["skus"]),
        "papers": tuple(LatePaper(**row) for row in told["papers"]),
    }  # fmt: skip
    return LateFacts(**{**told, **parts}), at


def _whole(viewer: Viewer) -> None:
    viewer.need("see_cost")
    if viewer.locations is not None:
        raise ProblemError(
            Problem("not_allowed", "a month is the whole company's", "ask someone who sees all of its places")
        )


def start(viewer: Viewer, kind: str, which: date) -> bool:
    """Put a month together (``month_report``), close it (``month_close``) or work out what came late (``late_facts``); false
    where the same is under way for the month already."""
    if kind == "late_facts":
        _whole(viewer)
    else:
        viewer.need("close")
    month = f"{which:%Y-%m}"
    if work.under_way(viewer, kind, month=month) is not None:
        return False
    arguments = {"name": kind, "company": viewer.company.code, "month": month, "actor": viewer.name}
    worker.start(kind, arguments, viewer.name)
    return True


def ask(viewer: Viewer, which: date, reason: str) -> None:
    """Ask to open a closed month again, with those that were closed together with it."""
    reopening.ask(viewer, f"{which:%Y-%m}", reason)


def answer(viewer: Viewer, key: int, *, grant: bool) -> None:
    """Grant or refuse a colleague's request."""
    reopening.answer(viewer, key, grant=grant)


def write_down(viewer: Viewer, which: date, typed: Mapping[str, tuple[int, str]]) -> str:
    """Approve the month's write-down to net realisable value; its number."""
    viewer.need("close")
    return net_realisable.write_down(viewer.company.code, f"{which:%Y-%m}", typed, actor=viewer.name)


def treatments(viewer: Viewer) -> list[Treatment]:
    """Which costs of buying are cost of the stock today, and which are expensed."""
    company = viewer.company
    return capitalise.treatments(company.code, local_date(now(), company.zone))


def treat(viewer: Viewer, since: date, choices: Mapping[str, str], reason: str) -> str:
    """A new policy; its number. The figures follow in the worker. Raises ``ProblemError``."""
    viewer.need("close")
    number = capitalise.capitalise(viewer.company.code, since, choices, actor=viewer.name, reason=reason)
    revalue(viewer, number)
    return number


def accounts(viewer: Viewer) -> Mapping[str, tuple[str, str]]:
    """Role → code and name of the account in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    found = account_map(settings.HOME, viewer.company.code)
    return {role: (a.code, a.name_zh if chinese else a.name) for role, a in found.items()}


def files(viewer: Viewer, which: date, layout: str) -> list[VoucherFile]:
    """The month's vouchers as an accounting program imports them."""
    viewer.need("see_cost")
    company = viewer.company.code
    return voucher_files(vouchers(company, f"{which:%Y-%m}"), layout, account_map(settings.HOME, company))
