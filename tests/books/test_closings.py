"""Which closing speaks for a month, after closings of one month and of several, reopenings and closings again."""

from __future__ import annotations

import pytest

from entrepot.books.closings import closing_of, months_of, reported_at, word_on
from entrepot.books.models import Period
from entrepot.core.calendar import midnight
from tests.books import factories as make

ZONE = "Asia/Hong_Kong"


def months(first: str, after: str) -> tuple[int, int]:
    """[first, after) in Hong Kong."""
    from datetime import date

    one, other = (midnight(date.fromisoformat(f"{month}-01"), ZONE) for month in (first, after))
    return one, other


JAN, FEB, MAR = (months(f"2026-0{n}", f"2026-0{n + 1}") for n in (1, 2, 3))
BOTH = months("2026-01", "2026-03")


def said(*words: tuple[tuple[int, int], bool]) -> list[Period]:
    """Closings (true) and reopenings one after another, a day between them."""
    versions: dict[tuple[int, int], int] = {}
    rows = []
    for number, (span, closed) in enumerate(words, 1):
        versions[span] = versions.get(span, 0) + 1
        rows.append(
            Period(
                pk=number, starts=span[0], ends=span[1], closed=closed, version=versions[span],
                recorded_at=make.instant(2026, 4, number),
            )
        )  # fmt: skip
    return rows


@pytest.mark.parametrize(
    ("words", "closing", "last"),
    [
        ([], None, None),
        ([(FEB, True)], None, None),
        ([(JAN, True)], 1, 1),
        ([(JAN, True), (JAN, False)], 1, 2),
        ([(JAN, True), (JAN, False), (JAN, True)], 3, 3),
        ([(BOTH, True)], 1, 1),
        # what was reported for January alone stays what January reported, also where both are closed later
        ([(JAN, True), (BOTH, True)], 1, 1),
        ([(JAN, True), (BOTH, True), (BOTH, False)], 1, 1),
        # January opened again and closed with February: that closing speaks, not the one that was lifted
        ([(JAN, True), (JAN, False), (BOTH, True)], 3, 3),
        ([(JAN, True), (JAN, False), (BOTH, True), (BOTH, False)], 1, 4),
    ],
)
def test_the_closing_that_stands_speaks(words: list[tuple[tuple[int, int], bool]], closing: int, last: int) -> None:
    """Of January: the closing that speaks, and the last word."""
    rows = said(*words)
    found, word = closing_of(rows, *JAN), word_on(rows, *JAN)
    assert (found and found.pk, word and word.pk) == (closing, last)


@pytest.mark.parametrize(
    ("words", "january", "february"),
    [
        ([], None, None),
        ([(JAN, True)], 1, None),
        ([(JAN, True), (FEB, True)], 1, 2),
        ([(BOTH, True)], 1, 1),
        # February closed while January is open freezes January's time as well
        ([(FEB, True)], 1, 1),
        ([(FEB, True), (MAR, True)], 1, 1),
        ([(FEB, True), (JAN, True)], 1, 1),
        # January opened again and closed anew while February stands: what came meanwhile is March's
        ([(JAN, True), (FEB, True), (JAN, False), (JAN, True)], 2, 2),
        ([(JAN, True), (JAN, False), (FEB, True)], 3, 3),
        ([(JAN, True), (FEB, True), (FEB, False)], 1, None),
    ],
)
def test_what_ends_earlier_was_reported_too(
    words: list[tuple[tuple[int, int], bool]], january: int, february: int
) -> None:
    """Which closing reported the time until the ends of January and of February."""
    rows = said(*words)
    days = {row.recorded_at: row.pk for row in rows}
    found = [reported_at(rows, ends) for _, ends in (JAN, FEB)]
    assert [at and days[at] for at in found] == [january, february]


def test_months_are_named_in_the_companys_zone() -> None:
    """Midnight in Hong Kong is still the day before in UTC."""
    assert [months_of(row, ZONE) for row in said((JAN, True), (BOTH, True))] == ["2026-01", "2026-01..2026-02"]
