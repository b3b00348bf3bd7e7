"""The rule book: rules looked up as of a day and as known on a day, and patched for "what if"."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.rules.destination import DestinationRules
from entrepot.rules.measures import Measure
from entrepot.rules.model import Rule, Status, Value
from entrepot.rules.schema import check_value
from entrepot.rules.tariff import Tariff


@dataclass(frozen=True, slots=True)
class Country:
    """A destination: its name, its currency, and the jurisdiction whose rules hold where it has none of its own."""

    code: str
    name: str
    currency: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class SetValue:
    """Patch: rule ``rule`` has the fields ``data`` from ``start`` to ``end``. ``us.tax_rate``, ``de.tax_rate`` …"""

    rule: str
    data: Mapping[str, Any]
    start: date
    end: date | None = None
    label: str = "what if"


@dataclass(frozen=True, slots=True)
class AddDuty:
    """Patch: ``percent`` points more on ``destination``'s headings that begin with ``prefix``, from ``origins`` (empty = all)."""

    destination: str
    percent: str
    start: date
    prefix: str = ""
    origins: tuple[str, ...] = ()
    end: date | None = None
    label: str = "what if"


Patch = SetValue | AddDuty


@dataclass(frozen=True)
class RuleBook:
    """Dated public facts: rules by id, countries, tariff lines and added duties. Immutable; a patch makes another book."""

    rules: Mapping[str, Rule]
    countries: Mapping[str, Country]
    tariff: Tariff
    measures: tuple[Measure, ...] = ()
    _views: dict[tuple[str, date, date | None], DestinationRules] = field(
        default_factory=dict[tuple[str, date, date | None], DestinationRules], compare=False, repr=False
    )
    _force: dict[tuple[str, date, date | None], tuple[tuple[Measure, Value | None], ...]] = field(
        default_factory=dict[tuple[str, date, date | None], tuple[tuple[Measure, Value | None], ...]],
        compare=False, repr=False,
    )  # fmt: skip

    def value(self, jurisdiction: str, name: str, on: date, known_on: date | None = None) -> Value | None:
        """What rule ``name`` of a jurisdiction (or else of its parent) says on a day; ``None`` when it says nothing."""
        seen = jurisdiction
        while seen:
            rule = self.rules.get(f"{seen.lower()}.{name}")
            if rule and (found := rule.at(on, known_on)):
                return found
            seen = self.countries[seen].parent if seen in self.countries else ""
        return None

    def begins(self, jurisdiction: str, name: str) -> date | None:
        """First day for which the book has rule ``name``."""
        own, parent = self.rules.get(f"{jurisdiction.lower()}.{name}"), self.countries.get(jurisdiction)
        starts = [own.starts] if own and own.starts else []
        if parent and parent.parent and (up := self.rules.get(f"{parent.parent.lower()}.{name}")) and up.starts:
            starts.append(up.starts)
        return min(starts, default=None)

    def destination(self, code: str, on: date, known_on: date | None = None) -> DestinationRules:
        """All import rules of a destination on a day. Raises ``KeyError`` for a country the book does not have."""
        key = (code, on, known_on)
        if key not in self._views:
            country = self.countries[code]
            found = {name: self.value(code, name, on, known_on) for name in self._names(code)}
            self._views[key] = DestinationRules(
                code, country.name, country.currency, on, {n: v for n, v in found.items() if v}
            )
        return self._views[key]

    def measures_on(
        self, destination: str, on: date, known_on: date | None = None
    ) -> tuple[tuple[Measure, Value | None], ...]:
        """Every added duty of a destination with its value of a day; ``None`` = not in force."""
        key = (destination, on, known_on)
        if key not in self._force:
            mine = [m for m in self.measures if m.destination == destination]
            self._force[key] = tuple((m, m.rule.at(on, known_on)) for m in mine)
        return self._force[key]

    def change_days(self, destination: str) -> list[date]:
        """Days on which anything in a destination's rules or added duties begins or has ended, in order."""
        names = self._names(destination)
        rules = [r for r in (self._find(destination, n) for n in names) for r in r]
        rules += [m.rule for m in self.measures if m.destination == destination]
        days = {v.basis.valid_from for r in rules for v in r.values if v.basis.valid_from}
        days |= {
            date.fromordinal(v.basis.valid_to.toordinal() + 1) for r in rules for v in r.values if v.basis.valid_to
        }
        return sorted(days | set(self.tariff.change_days(destination)))

    def patched(self, *patches: Patch) -> RuleBook:
        """Another book with the patches laid over this one; this one stays as it is."""
        rules, measures = dict(self.rules), list(self.measures)
        for patch in patches:
            if isinstance(patch, SetValue):
                check_value(patch.rule, patch.data)
                old = rules.get(patch.rule, Rule(patch.rule))
                rules[patch.rule] = Rule(patch.rule, (*old.values, _hypothesis(patch)))
            else:
                measures.append(_hypothetical_duty(patch, len(measures)))
        return dataclasses.replace(self, rules=rules, measures=tuple(measures), _views={}, _force={})

    def with_tariff(self, tariff: Tariff) -> RuleBook:
        """Another book with more tariff lines or the seller's own rates."""
        return dataclasses.replace(self, tariff=tariff, _views={}, _force={})

    def with_measures(self, measures: Iterable[Measure]) -> RuleBook:
        """Another book with more added duties."""
        return dataclasses.replace(self, measures=(*self.measures, *measures), _views={}, _force={})

    def without_measures(self) -> RuleBook:
        """Another book without any added duty, for a seller's own rate that contains them."""
        return dataclasses.replace(self, measures=(), _views={}, _force={})

    def _names(self, code: str) -> list[str]:
        chain = [code.lower()]
        if parent := self.countries[code].parent:
            chain.append(parent.lower())
        return sorted({i.split(".", 1)[1] for i in self.rules if i.split(".", 1)[0] in chain})

    def _find(self, code: str, name: str) -> list[Rule]:
        parent = self.countries[code].parent
        ids = [f"{code.lower()}.{name}", f"{parent.lower()}.{name}"]
        return [self.rules[i] for i in ids if i in self.rules]


def _hypothesis(patch: SetValue) -> Value:
    basis = Basis(patch.rule, patch.label, patch.start, patch.end, Confidence.SELLER)
    return Value(dict(patch.data), basis, status=Status.HYPOTHESIS)


def _hypothetical_duty(patch: AddDuty, number: int) -> Measure:
    rule = f"{patch.destination.lower()}.what_if.{number}"
    basis = Basis(rule, patch.label, patch.start, patch.end, Confidence.SELLER)
    value = Value({"percent": patch.percent}, basis, status=Status.HYPOTHESIS)
    prefixes = (patch.prefix,) if patch.prefix else ()
    return Measure(
        patch.destination, f"Added duty ({patch.label})", Rule(rule, (value,)), patch.origins, prefixes=prefixes
    )
