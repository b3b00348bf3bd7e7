"""Voucher files as accounting programs read them: balanced, coded by the seller's own map, whole vouchers a file."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.core.errors import ProblemError
from entrepot.workflows.account_map import DEFAULT, account_map
from entrepot.workflows.voucher_entry import ORDER
from entrepot.workflows.voucher_files import LAYOUTS, SAID, voucher_files
from entrepot.workflows.vouchers import COUNTER, EXPENSE, Vouchers, vouchers
from tests.workflows.ledger import bill, masters, post, receipt, sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Vouchers:
    """A month with a bill of a supplier whose name a spreadsheet would run."""
    post(
        *masters(), receipt("R1", "2026-01-02", 100, 300), sale("S1", "2026-01-03", 30),
        bill("F1", "2026-01-02", "freight", 5001, ("receipt", "R1"), supplier="=FWD"),
    )  # fmt: skip
    return vouchers("US", "2026-01")


def rows(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    """The file's rows."""
    return list(csv.reader(io.StringIO(content.decode(encoding))))


def test_the_generic_file_balances_voucher_by_voucher(made: Vouchers) -> None:
    """Debits and credits of each number are equal; amounts stand in major units; no cell is a formula."""
    (file,) = voucher_files(made, "generic", DEFAULT)
    head, *body = rows(file.content)
    sides: dict[str, Decimal] = defaultdict(Decimal)
    for row in body:
        cells = dict(zip(head, row, strict=True))
        sides[cells["voucher"]] += Decimal(cells["debit"] or 0) - Decimal(cells["credit"] or 0)
        assert not cells["supplier"].startswith("=")
    assert set(sides.values()) == {Decimal(0)}
    assert ["1405", "350.01"] in [[r[head.index("account")], r[head.index("debit")]] for r in body]


def test_programs_get_their_own_columns(made: Vouchers) -> None:
    """Signed amounts and day-first dates for Xero; Chinese texts for Kingdee and Yonyou, the latter in its encoding."""
    head, *body = rows(voucher_files(made, "xero", DEFAULT)[0].content)
    assert head[:6] == ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"]
    assert {row[1] for row in body} == {"31/01/2026"}
    assert sum(Decimal(row[5]) for row in body) == 0
    head, *body = rows(voucher_files(made, "kingdee", DEFAULT)[0].content)
    assert (head[4], body[0][1]) == ("摘要", "记")
    text = rows(voucher_files(made, "yonyou", DEFAULT)[0].content, "gb18030")
    assert sum(Decimal(r[6]) - Decimal(r[7]) for r in text[1:]) == 0
    assert any(r[4].startswith(SAID["cost_of_sales"][1]) for r in text[1:])


def test_an_unknown_layout_is_refused_by_name(made: Vouchers) -> None:
    """The layouts that there are stand in the answer."""
    with pytest.raises(ProblemError, match="generic") as refused:
        voucher_files(made, "sap", DEFAULT)
    assert all(name in refused.value.problems[0].remedy for name in LAYOUTS)


def test_the_sellers_accounts_outrank_the_default(tmp_path: Path) -> None:
    """First those for all, then the company's own; other roles keep their default."""
    (tmp_path / "accounts.toml").write_text(
        '[default]\ninventory = 630\n[HK]\ninventory = { code = "631", name = "Stock HK" }\n', "utf-8"
    )
    ours, other = account_map(tmp_path, "HK"), account_map(tmp_path, "US")
    assert (ours["inventory"].code, ours["inventory"].name, other["inventory"].code) == ("631", "Stock HK", "630")
    assert ours["bank"] == DEFAULT["bank"]


@pytest.mark.parametrize("text", ["[default]\nstock = 1\n", "[default]\ninventory = true\n", "[default\n"])
def test_a_wrong_account_file_says_where(tmp_path: Path, text: str) -> None:
    """An unknown role, an account without a code, no TOML at all: a problem that names the file."""
    (tmp_path / "accounts.toml").write_text(text, "utf-8")
    with pytest.raises(ProblemError) as refused:
        account_map(tmp_path, "US")
    assert refused.value.problems[0].document == "accounts.toml"


def test_every_role_has_an_account() -> None:
    """What the vouchers book on stands in the map."""
    assert {*EXPENSE.values(), *COUNTER.values(), "prior_period", "intercompany", "accrued_payables"} <= set(DEFAULT)


def test_every_kind_of_voucher_has_its_words() -> None:
    """What an accountant can be handed is named in both languages, in the files and on the page."""
    from entrepot.faces.web.month_words import VOUCHERS

    assert set(SAID) == set(ORDER) == set(VOUCHERS)
