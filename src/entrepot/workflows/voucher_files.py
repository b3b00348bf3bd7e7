"""Vouchers as files that accounting programs import, as far as their layouts are publicly documented.

``generic``: one row an entry, debit and credit side by side, account code and name, supplier, in the company's currency.
``xero``: manual journals; date dd/mm/yyyy, amount positive = debit, at most 300 rows a file
(help.xero.com/nz/ManualJournalsImport).
``kingdee``: voucher import of KIS, one row an entry: 日期 凭证字 凭证号 附单据数 摘要 科目代码 科目名称 借方金额 贷方金额 币别
汇率 制单人 (seridoat.com/article/jin-die-kis-biao-zhun-ban-yin-ru-ping-zheng-gong-neng-xiang-jie-yu-shi-cao-zhi-nan.html).
``yonyou``: comma-separated text for the general ledger's import tool of U8: 制单日期, 凭证类别字, 业务号, 附单据数, 摘要,
科目编码, 金额借方, 金额贷方 (100ksw.com/jsj/yynl/3/228066.shtml). Programs of other versions may ask for other columns:
the generic file has them all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.workflows.account_map import Account
from entrepot.workflows.voucher_entry import ORDER, Entry, Voucher
from entrepot.workflows.vouchers import Vouchers

SAID: Mapping[str, tuple[str, str]] = {
    "accrual_reversal": ("Reversal of accrued purchases", "冲回暂估入库"),
    "purchases": ("Purchases and landed costs", "采购入库及头程关税"),
    "accrual": ("Accrued purchases", "暂估入库"),
    "intercompany": ("Intercompany stock", "内部交易存货"),
    "import_tax": ("Import tax that comes back", "可抵扣进口税"),
    "services": ("Storage, delivery and other services", "仓储配送等服务费用"),
    "payments": ("Payments to suppliers", "支付供应商款项"),
    "prepayments": ("Prepayments settled", "预付款核销"),
    "cost_of_sales": ("Cost of sales", "结转销售成本"),
    "stock_changes": ("Stock losses and other use", "存货损失及其他出库"),
    "supplier_returns": ("Goods returned to suppliers", "采购退货"),
    "prior_period": ("Prior-period adjustment of cost of sales", "以前期间成本调整"),
    "write_down_release": ("Write-down released by what left", "存货跌价准备转销"),
    "write_down": ("Stock written down to net realisable value", "计提存货跌价准备"),
    "write_down_reversal": ("Write-down of stock reversed", "存货跌价准备转回"),
    "exchange": ("Exchange differences realised by payments", "付款已实现汇兑损益"),
    "revaluation": ("Open bills at the closing rate", "期末未付账单汇兑重估"),
}
"""Kind of voucher → its text in English and Chinese."""
LAYOUTS = ("generic", "xero", "kingdee", "yonyou")
XERO_ROWS = 300


@dataclass(frozen=True)
class VoucherFile:
    """One file to hand over: name and bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class _Row:
    number: int
    voucher: Voucher
    entry: Entry
    account: Account
    amount: Decimal


def voucher_files(made: Vouchers, layout: str, accounts: Mapping[str, Account]) -> list[VoucherFile]:
    """The month's vouchers in a ``layout`` of :data:`LAYOUTS`; several files where the program takes no more at once.

    Raises :class:`~entrepot.core.errors.ProblemError` for another layout.
    """
    company, first = made.figures.company, made.figures.first
    rows = [
        _Row(ORDER.index(v.kind) + 1, v, e, accounts[e.account], _major(e.amount, company.currency))
        for v in made.vouchers
        for e in v.entries
    ]
    name = f"vouchers-{company.code}-{first:%Y-%m}-{layout}"
    if layout == "generic":
        return [VoucherFile(f"{name}.csv", _csv(_generic(rows, company.code, company.currency)))]
    if layout == "kingdee":
        return [VoucherFile(f"{name}.csv", _csv(_kingdee(rows, company.currency)))]
    if layout == "yonyou":
        return [VoucherFile(f"{name}.txt", _csv(_yonyou(rows), encoding="gb18030"))]
    if layout == "xero":
        parts = list(_xero_parts(rows))
        names = [f"{name}.csv"] if len(parts) == 1 else [f"{name}-{n}.csv" for n in range(1, len(parts) + 1)]
        return [VoucherFile(n, _csv(_xero(part, company.code))) for n, part in zip(names, parts, strict=True)]
    raise ProblemError(
        Problem("unknown_layout", "there is no such layout", f"choose one of: {', '.join(LAYOUTS)}", found=layout)
    )


def _generic(rows: list[_Row], company: str, currency: str) -> Iterator[list[object]]:
    yield ["date", "voucher", "kind", "company", "account", "account_name", "account_name_zh", "supplier", "text",
           "text_zh", "debit", "credit", "currency"]  # fmt: skip
    for r in rows:
        text, chinese = SAID[r.voucher.kind]
        yield [f"{r.voucher.on:%Y-%m-%d}", r.number, r.voucher.kind, company, r.account.code, r.account.name,
               r.account.name_zh, r.entry.supplier, text, chinese, *_sides(r.amount), currency]  # fmt: skip


def _xero(rows: list[_Row], company: str) -> Iterator[list[object]]:
    yield ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1",
           "TrackingOption1", "TrackingName2", "TrackingOption2"]  # fmt: skip
    for r in rows:
        text = SAID[r.voucher.kind][0]
        about = f"{text}: {r.entry.supplier}" if r.entry.supplier else text
        yield [f"{text} {company} {r.voucher.on:%Y-%m}", f"{r.voucher.on:%d/%m/%Y}", about, r.account.code, "Tax Exempt",
               r.amount, "", "", "", ""]  # fmt: skip


def _xero_parts(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Whole vouchers, no more rows together than one import takes (a voucher that is longer stays whole)."""
    part: list[_Row] = []
    for kind in ORDER:
        mine = [r for r in rows if r.voucher.kind == kind]
        if part and len(part) + len(mine) > XERO_ROWS:
            yield part
            part = []
        part = part + mine
    yield part


def _kingdee(rows: list[_Row], currency: str) -> Iterator[list[object]]:
    yield [
        "日期",
        "凭证字",
        "凭证号",
        "附单据数",
        "摘要",
        "科目代码",
        "科目名称",
        "借方金额",
        "贷方金额",
        "币别",
        "汇率",
        "制单人",
    ]
    for r in rows:
        yield [f"{r.voucher.on:%Y-%m-%d}", "记", r.number, 0, _chinese(r), r.account.code, r.account.name_zh,
               *_sides(r.amount), currency, 1, ""]  # fmt: skip


def _yonyou(rows: list[_Row]) -> Iterator[list[object]]:
    # Data begin in the second row; the first one is for people.
    yield ["制单日期", "凭证类别字", "业务号", "附单据数", "摘要", "科目编码", "金额借方", "金额贷方"]
    for r in rows:
        debit, credit = _sides(r.amount)
        yield [f"{r.voucher.on:%Y-%m-%d}", "记", r.number, 0, _chinese(r), r.account.code, debit or 0, credit or 0]


def _chinese(row: _Row) -> str:
    text = SAID[row.voucher.kind][1]
    return f"{text} {row.entry.supplier}".strip()[:60]


def _sides(amount: Decimal) -> tuple[Decimal | str, Decimal | str]:
    """Debit and credit; the side that is empty stays empty."""
    return (amount, "") if amount > 0 else ("", -amount)


def _major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def _csv(rows: Iterator[list[object]], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue().encode(encoding, errors="replace")


def _cell(value: object) -> object:
    """Text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
