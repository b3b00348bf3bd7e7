"""The limit on guessing passwords."""

from __future__ import annotations

import pytest

from entrepot.books import sign_in
from tests.books.factories import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

SECOND = 1_000_000


def test_after_five_failures_one_waits_until_the_first_is_a_quarter_hour_old() -> None:
    """The wait is told in seconds, ends by itself, and tries while waiting do not lengthen it."""
    for n in range(sign_in.TOGETHER):
        assert sign_in.begin("mei", "10.0.0.1", at=NOW + n * SECOND) == 0
    assert sign_in.begin("Mei", "10.0.0.1", at=NOW + 10 * SECOND) == 15 * 60 - 10
    assert sign_in.begin("mei", "10.0.0.1", at=NOW + 600 * SECOND) == 300
    assert sign_in.begin("mei", "10.0.0.1", at=NOW + 900 * SECOND) == 0


def test_others_are_not_locked_out() -> None:
    """Another name from there and the same name from elsewhere may try."""
    for _ in range(sign_in.TOGETHER):
        sign_in.begin("mei", "10.0.0.1", at=NOW)
    assert sign_in.begin("jon", "10.0.0.1", at=NOW) == 0
    assert sign_in.begin("mei", "10.0.0.2", at=NOW) == 0


def test_many_addresses_or_many_names_do_not_help_a_guesser() -> None:
    """One name from everywhere and every name from one address have bounds of their own."""
    for n in range(sign_in.NAME):
        assert sign_in.begin("mei", f"10.0.0.{n}", at=NOW) == 0
    assert sign_in.begin("mei", "10.0.1.1", at=NOW) > 0
    for n in range(sign_in.ADDRESS):
        assert sign_in.begin(f"user{n}", "10.9.9.9", at=NOW) == 0
    assert sign_in.begin("jon", "10.9.9.9", at=NOW) > 0


def test_the_right_password_forgets_the_failures_before() -> None:
    """Who mistyped four times and then signed in starts from nothing."""
    for _ in range(sign_in.TOGETHER - 1):
        sign_in.begin("mei", "10.0.0.1", at=NOW)
    sign_in.succeeded("MEI", "10.0.0.1")
    for _ in range(sign_in.TOGETHER):
        assert sign_in.begin("mei", "10.0.0.1", at=NOW) == 0
