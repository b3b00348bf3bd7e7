"""The audit trail's chain of hashes, and what waits in quarantine."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from entrepot.audit.reading import Connection, from_json, rows
from entrepot.audit.report import CheckReport

START = "0" * 64


def chain(connection: Connection, report: CheckReport) -> None:
    """Every entry's hash covers its fields and the hash of the entry before it."""
    previous = START
    for pk, at, actor, origin, action, subject, before, after, said, sha in rows(
        connection,
        "SELECT id, at, actor, origin, action, subject, before, after, previous, hash "
        "FROM books_auditentry ORDER BY id",
    ):
        report.count("audit entries")
        fields = [previous, at, actor, origin, action, subject, from_json(before), from_json(after)]
        text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        report.compare("A", f"audit entry {pk} predecessor", previous, said)
        report.compare("A", f"audit entry {pk} hash", hashlib.sha256(text.encode()).hexdigest(), sha)
        previous = sha


def quarantine(connection: Connection, report: CheckReport) -> None:
    """Open rows with their units and amounts; a whole document's figures are read again from its body."""
    count, units = 0, 0
    amounts: dict[str, int] = {}
    by_code: dict[str, int] = {}
    for pk, state, code, amount, currency, quantity, lines, body, problem in rows(
        connection,
        "SELECT id, state, code, amount, currency, quantity, lines, document_body, problem "
        "FROM books_quarantine ORDER BY id",
    ):
        place = f"quarantine {pk} ({code})"
        told = from_json(problem)
        report.compare(
            "Q",
            f"{place} as told",
            (told.get("amount"), told.get("quantity"), told.get("code")),
            (amount, quantity, code),
        )
        if body is not None:
            report.compare("Q", f"{place} at stake", at_stake(json.loads(bytes(body))), (amount, quantity))
        if state != "open":
            continue
        count += lines
        units += quantity or 0
        by_code[code] = by_code.get(code, 0) + lines
        if amount is not None:
            amounts[currency] = amounts.get(currency, 0) + amount
    report.quarantined = {"lines": count, "units": units, "amounts": amounts, "by_code": by_code}


def at_stake(body: dict[str, Any]) -> tuple[int | None, int | None]:
    """Money and units that a waiting document stands for."""
    lines = body.get("lines", [])
    amounts = [line["amount"] for line in lines if line.get("amount") is not None]
    units = [line["quantity"] for line in lines if line.get("quantity") is not None]
    return sum(amounts) if amounts else body.get("amount"), sum(units) if units else None
