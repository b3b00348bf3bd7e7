"""Costs that a company's policy expenses when incurred, decided a second time from the stored policies."""

# ruff: noqa: S608 - every statement is put together from our own names and integers
from __future__ import annotations

from entrepot.audit.reading import Connection, among, rows
from entrepot.audit.registers import midnight
from entrepot.audit.vocabulary import COMPONENTS, NUMBER_OF


class Policies:
    """Company and component → days (instants) from which goods that come are treated otherwise."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        zones = dict(rows(connection, "SELECT id, zone FROM books_company"))
        steps: dict[tuple[int, int], dict[int, bool]] = {}
        for company, component, day, expense in rows(
            connection,
            "SELECT r.company_id, r.component, CAST(r.valid_from AS TEXT), r.expense FROM books_capitalisationrule r "
            "JOIN books_document d ON d.id = r.document_id WHERE NOT EXISTS (SELECT 1 FROM books_reversed x "
            "WHERE x.document_id = d.id) AND NOT EXISTS (SELECT 1 FROM books_document n WHERE n.type = d.type AND "
            "n.source = d.source AND n.account = d.account AND n.external_id = d.external_id AND n.version > d.version) "
            "ORDER BY d.id, r.line",
        ):
            steps.setdefault((company, component), {})[midnight(day, zones[company])] = bool(expense)
        self.steps = {key: sorted(days.items()) for key, days in steps.items()}
        self.came: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self.steps)

    def read(self, movements: list[int]) -> None:
        """When these movements took place."""
        for start in range(0, len(movements), 5000):
            part = among(movements[start : start + 5000])
            self.came |= dict(rows(self.connection, f"SELECT id, effective_at FROM books_movement WHERE id IN {part}"))

    def component(self, company: int, component: int, movement: int) -> int:
        """What of a cost line falls on ``movement`` counts as."""
        expense = False
        for starts, told in self.steps.get((company, component), ()):
            if movement and self.came[movement] >= starts:
                expense = told
        return NUMBER_OF[f"expensed_{COMPONENTS[component]}"] if expense else component
