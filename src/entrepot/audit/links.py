# ruff: noqa: S608 - every statement is put together from our own names and integers
"""Rates, shipments, withdrawals and periods against the documents that brought them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from entrepot.audit.reading import Connection, among, day, rows
from entrepot.audit.registers import Registers, midnight
from entrepot.audit.report import CheckReport


def closings(connection: Connection) -> dict[int, list[tuple[int, int]]]:
    """Company → (end, closed at) of the periods that are closed now."""
    state: dict[tuple[int, int, int], tuple[int, bool]] = {}
    for company, starts, ends, closed, at in rows(
        connection,
        "SELECT company_id, starts, ends, closed, recorded_at FROM books_period ORDER BY recorded_at, version",
    ):
        state[company, starts, ends] = (at, bool(closed))
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (company, _, ends), (at, closed) in state.items():
        if closed:
            found[company].append((ends, at))
    return found


def links(connection: Connection, registers: Registers, report: CheckReport) -> None:
    """Rates, shipments and withdrawals against the documents that brought them."""
    rates: dict[int, Any] = {}
    for pk, *rate in rows(
        connection,
        "SELECT document_id, base, quote, numerator, denominator, date, purpose, recorded_at FROM books_fxrate "
        "ORDER BY id",
    ):
        rates[pk] = "twice" if pk in rates else (*rate[:4], day(rate[4]), *rate[5:])
    shipments = {
        pk: (company, number_, cell)
        for pk, company, number_, cell in rows(
            connection, "SELECT document_id, company_id, number, cell_id FROM books_shipment ORDER BY id"
        )
    }
    withdrawn: dict[int, list[int]] = defaultdict(list)
    for document, by in rows(connection, "SELECT document_id, by_id FROM books_reversed"):
        withdrawn[by].append(document)
    for pk, kind, name, company, recorded, body in rows(
        connection,
        "SELECT id, type, external_id, company_id, recorded_at, body FROM books_document "
        "WHERE type IN ('fx_rate', 'shipment', 'reversal')",
    ):
        said = json.loads(bytes(body))
        place = f"{kind} {name} (document {pk})"
        if kind == "fx_rate":
            wanted = (
                said["base"],
                said["quote"],
                said["numerator"],
                said.get("denominator", 1),
                said["date"],
                said.get("purpose", "books"),
                recorded,
            )
            report.compare("D", place, wanted, rates.pop(pk, None))
        elif kind == "shipment":
            transit = registers.cell_at(company, registers.location(said["destination"]), {}, transit=name)
            report.compare("D", place, (company, name, transit), shipments.pop(pk, None))
        else:
            refs = {(ref["type"], ref["id"]) for ref in said["documents"]}
            found = {
                (row[0], row[1])
                for row in rows(
                    connection,
                    f"SELECT type, external_id FROM books_document WHERE id IN {among(withdrawn.pop(pk, []) or [0])}",
                )
            }
            gone = (
                {
                    (row[0], row[1])
                    for row in rows(
                        connection,
                        "SELECT d.type, d.external_id FROM books_reversed r JOIN books_document d ON d.id = r.document_id "
                        f"WHERE r.by_id < {pk}",
                    )
                }
                if refs - found
                else set()
            )
            report.compare("D", f"{place} takes back", sorted(refs - (gone - found)), sorted(found))
    for what, rest in (("rate", rates), ("shipment", shipments), ("withdrawal", withdrawn)):
        for pk in rest:
            report.add("D", f"{what} of document {pk}", "a document", "none")


def periods(connection: Connection, registers: Registers, report: CheckReport) -> None:
    """Every closing and reopening against its document."""
    found = {
        row[0]: tuple(row[1:])
        for row in rows(
            connection, "SELECT document_id, company_id, starts, ends, closed, reason, recorded_at FROM books_period"
        )
    }
    for pk, kind, company, recorded, body in rows(
        connection,
        "SELECT id, type, company_id, recorded_at, body FROM books_document "
        "WHERE type IN ('period_close', 'period_reopen')",
    ):
        said = json.loads(bytes(body))
        zone = registers.companies[company].zone
        wanted = (
            company,
            midnight(said["period_from"], zone),
            midnight(said["period_to"], zone, days=1),
            kind == "period_close",
            said.get("reason", ""),
            recorded,
        )
        stored = found.pop(pk, None)
        if stored is not None:
            stored = (*stored[:3], bool(stored[3]), *stored[4:])
        report.compare("D", f"{kind} (document {pk})", wanted, stored)
    for pk in found:
        report.add("D", f"period of document {pk}", "a closing or reopening", "nothing")
