"""A limit on guessing passwords: after some failures one must wait.

Three counts over a sliding quarter of an hour, so that neither a guesser locks out a user for long nor many guessers of
one name get far: a name from one address, a name from anywhere, and an address for any name. A try is counted before
the password is looked at, in one transaction with the count, so that tries at the same moment cannot slip through.
"""

from __future__ import annotations

from django.db import transaction

from entrepot.books import bulk
from entrepot.books.models import SignInAttempt
from entrepot.core.calendar import Instant

WINDOW: Instant = 15 * 60 * 1_000_000
TOGETHER, NAME, ADDRESS = 5, 25, 50
"""Failures in the window after which one waits: of a name from an address, of a name, of an address."""


def begin(name: str, address: str, *, at: Instant) -> int:
    """Count a try. 0: look at the password; otherwise seconds to wait, and the try was not counted."""
    name, address = name.casefold()[:200], address[:64]
    with transaction.atomic():
        bulk.writer_lock()
        SignInAttempt.objects.filter(at__lte=at - WINDOW).delete()
        of_name = SignInAttempt.objects.filter(name=name)
        counted = (
            (of_name.filter(address=address), TOGETHER),
            (of_name, NAME),
            (SignInAttempt.objects.filter(address=address), ADDRESS),
        )
        waits = [
            _wait(list(rows.order_by("-at").values_list("at", flat=True)[:most]), most, at) for rows, most in counted
        ]
        if max(waits) == 0:
            SignInAttempt.objects.create(name=name, address=address, at=at)
    return max(waits)


def succeeded(name: str, address: str) -> None:
    """The password was right: what failed before from this address is forgotten."""
    SignInAttempt.objects.filter(name=name.casefold()[:200], address=address[:64]).delete()


def _wait(newest: list[Instant], most: int, at: Instant) -> int:
    """Seconds until fewer than ``most`` failures are younger than the window."""
    if len(newest) < most:
        return 0
    return max(1, -(-(newest[most - 1] + WINDOW - at) // 1_000_000))
