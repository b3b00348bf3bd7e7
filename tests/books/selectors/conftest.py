"""The clock of the read functions stands still."""

import pytest


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    # Imported here: this file is read before Django knows its settings.
    from entrepot.books.selectors import paging
    from tests.books.factories import NOW

    monkeypatch.setattr(paging, "clock", lambda: NOW * 1000)
