"""The list of what is not computed: it is that of the rule book, each entry says why, and the page shows it."""

from __future__ import annotations

from pathlib import Path

from entrepot.rules import rule_book
from entrepot.workflows.not_computable import not_computable
from tools.write_not_computable import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "not_computable.md"


def test_the_page_is_that_of_the_rule_book() -> None:
    """Written again it is the same: no rule changed without it."""
    assert PAGE.read_text(encoding="utf-8") == page(not_computable(rule_book()))


def test_every_entry_says_what_it_would_take() -> None:
    """No entry without a place, a name, a reason and where it was read."""
    for one in not_computable(rule_book()):
        assert one.where
        assert one.what
        assert one.why
        assert one.source


def test_open_charges_of_the_book_are_on_the_list() -> None:
    """Brazil's commercial import and the parcel charge of Romania stand there with their days."""
    found = {(one.where, one.what): one for one in not_computable(rule_book()) if one.kind == "charge"}
    assert ("BR", "IPI, PIS and COFINS of a commercial import") in found
    assert found["RO", "Romanian logistics charge"].since is not None
