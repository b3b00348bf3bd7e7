"""The independent checker on the small ledger: what it passes, counts and leaves for later."""

import pytest
from django.db import connection

from entrepot.audit import check
from tests.audit.small_ledger import batches, post_all

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_a_ledger_posted_through_the_door_has_no_residue() -> None:
    """Every kind of document, corrections, a closed month and a reversal leave residue 0, on the live connection."""
    post_all()
    report = check(connection)
    assert [str(residue) for residue in report.residues] == []
    assert report.passed
    assert report.counts["documents"] == sum(len(documents) for _, documents in batches()) - 1
    assert report.quarantined == {
        "lines": 1, "units": 1, "amounts": {"USD": 100}, "by_code": {"unknown_item": 1},
    }  # fmt: skip


def test_figures_older_than_their_facts_are_counted_not_blamed() -> None:
    """Before revaluing nothing is a residue and every item is told as not valued; asked for, the missing figures show."""
    post_all(value=False)
    report = check(connection)
    assert report.passed
    assert report.not_valued == 6
    assert check(connection, stale_too=True).by_identity["V"] > 0


def test_the_same_bytes_under_another_hash_are_found() -> None:
    """A document whose stored hash does not fit its body is a residue that names the document."""
    from tests.audit.plain_copy import plain_copy

    post_all(value=False)
    copy = plain_copy()
    other = "CAST(REPLACE(body, '6001', '6002') AS BLOB)"
    copy.execute(f"UPDATE books_document SET body = {other} WHERE type = 'opening_balance'")
    found = [str(residue) for residue in check(copy).residues]
    assert any("opening_balance OB-1 v1" in text and "sha256" in text for text in found)
    assert any("cost_line line 1" in text and "6002" in text for text in found)


@pytest.mark.parametrize("method", ["moving_average", "month_end"])
def test_average_methods_are_checked_in_units_and_in_sum(method: str) -> None:
    """A company that goes by an average: units field by field, cost by family in sum; a cent too many is found."""
    from entrepot.workflows.revalue import revalue
    from tests.audit.plain_copy import plain_copy

    post_all()
    connection.cursor().execute(f"UPDATE books_company SET method = '{method}'")
    revalue(everything=True)
    copy = plain_copy()
    assert [str(residue) for residue in check(copy).residues] == []
    copy.execute("UPDATE books_stockfigure SET purchase = purchase + 1, book_cost = book_cost + 1 WHERE units > 5")
    assert check(copy).by_identity["M"] > 0
