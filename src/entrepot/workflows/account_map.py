"""Which account of the general ledger each role of a voucher means, by company; the seller's file outranks the default.

The default codes are those of the chart that goes with China's Accounting Standards for Business Enterprises (application
guide, appendix: 1002 银行存款, 1123 预付账款, 1405 库存商品, 2202 应付账款, 6401 主营业务成本 …). ``accounts.toml`` in the
seller's home changes them for all companies (``[default]``) or for one (``[HK]``):

    [HK]
    inventory = "630"
    cost_of_sales = { code = "310", name = "Cost of goods sold" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.core.errors import Problem, ProblemError

FILE = "accounts.toml"


@dataclass(frozen=True)
class Account:
    """Code and names of an account in the general ledger."""

    code: str
    name: str
    name_zh: str


DEFAULT: Mapping[str, Account] = {
    "bank": Account("1002", "Bank", "银行存款"),
    "prepayments": Account("1123", "Prepayments", "预付账款"),
    "rebate": Account("122101", "Export tax rebate receivable", "应收出口退税款"),
    "claims": Account("122102", "Claims receivable", "其他应收款-索赔"),
    "duty_refund": Account("122103", "Duty refunds receivable", "其他应收款-退税"),
    "input_tax": Account("122104", "Import tax receivable", "其他应收款-进口增值税"),
    "unallocated": Account("1402", "Costs of goods not received", "在途物资"),
    "inventory": Account("1405", "Inventory", "库存商品"),
    "allowance": Account("1471", "Allowance for stock below cost", "存货跌价准备"),
    "stock_loss": Account("1901", "Stock differences awaiting disposal", "待处理财产损溢"),
    "payables": Account("220201", "Accounts payable", "应付账款"),
    "accrued_payables": Account("220202", "Goods received, not invoiced", "应付账款-暂估"),
    "supplier_returns": Account("220203", "Goods returned to suppliers", "应付账款-采购退货"),
    "import_tax_due": Account("2221", "Import tax due on the return", "应交税费-进口环节税金"),
    "intercompany": Account("224101", "Intercompany payables", "其他应付款-内部往来"),
    "opening": Account("4104", "Opening balances", "期初建账"),
    "cost_of_sales": Account("6401", "Cost of sales", "主营业务成本"),
    "prior_period": Account("640199", "Cost of sales, prior periods", "主营业务成本-以前期间调整"),
    "intercompany_cost": Account("640198", "Cost of intercompany sales", "主营业务成本-内部销售"),
    "exchange": Account("660301", "Exchange differences", "财务费用-汇兑损益"),
    "impairment": Account("6701", "Write-down of stock", "资产减值损失"),
    "buying_expense": Account("660102", "Selling expenses: buying costs", "销售费用-采购费用"),
    "storage_cost": Account("660103", "Selling expenses: storage", "销售费用-仓储费"),
    "service_cost": Account("660104", "Selling expenses: fulfilment and services", "销售费用-配送及服务费"),
    "return_cost": Account("660105", "Selling expenses: returns and disposal", "销售费用-退货处置费"),
    "interest": Account("660302", "Interest", "财务费用-利息支出"),
    "other_use": Account("6601", "Selling expenses: samples and gifts", "销售费用-样品赠品"),
}
"""Role → account."""


def account_map(home: Path | None, company: str) -> dict[str, Account]:
    """Role → account of a company.

    Raises :class:`~entrepot.core.errors.ProblemError` naming the file and the entry that cannot be read.
    """
    found = dict(DEFAULT)
    file = home / FILE if home is not None else None
    if file is None or not file.is_file():
        return found
    try:
        told = tomllib.loads(file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _problem("this file cannot be read", "write it as TOML", str(error)) from None
    for section in ("default", company):
        for role, entry in dict(told.get(section, {})).items():
            found[role] = _account(section, role, entry)
    return found


def _account(section: str, role: str, entry: Any) -> Account:
    known = DEFAULT.get(role)
    if known is None:
        raise _problem("there is no such role", f"choose one of: {', '.join(DEFAULT)}", f"{section}.{role}")
    if isinstance(entry, str | int) and not isinstance(entry, bool) and str(entry).strip():
        return Account(str(entry).strip(), known.name, known.name_zh)
    if isinstance(entry, dict) and str(entry.get("code", "")).strip():
        name = str(entry.get("name") or known.name)
        return Account(
            str(entry["code"]).strip(), name, str(entry.get("name_zh") or entry.get("name") or known.name_zh)
        )
    raise _problem("this account has no code", 'write inventory = "1405"', f"{section}.{role} = {entry!r}")


def _problem(message: str, remedy: str, found: str) -> ProblemError:
    return ProblemError(Problem("bad_account_map", message, remedy, document=FILE, found=found[:200]))
