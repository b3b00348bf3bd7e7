"""The dispute of a forwarder's bill as a letter, in English or Chinese, with every figure it rests on."""

from __future__ import annotations

from entrepot.core.money import major
from entrepot.workflows.bill_audit import AuditedBill, AuditLine

_REASONS = {
    "en": {
        "weight": "billed for {stated} {unit}; packed {packed} {unit} by {by}",
        "rate": "billed {billed}, by the rate card {expected} {currency}",
        "not_due": "on the rate card, but its condition is not met",
        "not_on_card": "not on the rate card",
        "twice": "billed a second time",
    },
    "zh": {
        "weight": "账单计费 {stated} {unit}，实际装箱按{by}为 {packed} {unit}",
        "rate": "账单 {billed}，按报价表应为 {expected} {currency}",
        "not_due": "报价表有此项，但不符合收取条件",
        "not_on_card": "报价表中没有此项费用",
        "twice": "同一费用重复收取",
    },
}
_BY_ZH = {"weight": "实重", "volume": "体积重", "minimum": "最低计费量"}


def said(line: AuditLine, language: str = "en") -> str:
    """Why a line is disputed, in one clause of ``language``; other differences in the engine's own words."""
    pattern = _REASONS["zh" if language.startswith("zh") else "en"].get(line.cause)
    if pattern is None or (line.cause == "weight" and "stated" not in line.parameters):
        return line.reason
    known = dict(line.parameters)
    if language.startswith("zh") and "by" in known:
        known["by"] = _BY_ZH.get(known["by"], known["by"])
    known["billed"] = major(line.billed, line.currency)
    known["expected"] = "" if line.expected is None else major(line.expected, line.currency)
    return pattern.format_map({**known, "currency": line.currency})


def written(bill: AuditedBill, company: str, language: str = "en") -> str:
    """The letter; empty where nothing is disputed."""
    disputes = [line for line in bill.lines if line.disputed]
    if not disputes:
        return ""
    total = f"{major(bill.disputed, bill.currency)} {bill.currency}"
    shipment = ", ".join(bill.shipments)
    rows = [
        f"{number}. {line.code}: {major(line.amount or 0, line.currency)} {line.currency} – {said(line, language)}"
        for number, line in enumerate(disputes, 1)
    ]
    packed = (bill.cartons, bill.kilograms or "?", bill.cubic_metres or "?")
    if language.startswith("zh"):
        head = [
            f"致：{bill.supplier}", "", f"关于账单 {bill.number}（{bill.on}），发货单 {shipment}", "",
            f"经与报价表 {bill.card}（{bill.source}）及实际装箱核对，本账单多收 {total}，明细如下：", "",
        ]  # fmt: skip
        proof = ["", "实际装箱：{} 箱，{} 公斤，{} 立方米。".format(*packed), "请更正账单或开具贷记单。", "", company]
    else:
        head = [
            f"To: {bill.supplier}", "", f"Bill {bill.number} of {bill.on}, shipment {shipment}", "",
            f"By your rate card {bill.card} ({bill.source}) and the cartons as packed, {total} of it is too much:", "",
        ]  # fmt: skip
        proof = ["", "Packed: {} cartons, {} kg, {} cbm.".format(*packed),
                 "Please correct the bill or issue a credit note.", "", company]  # fmt: skip
    return "\n".join([*head, *rows, *proof]) + "\n"
