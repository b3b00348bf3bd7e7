"""The rule book: as of a day, as known on a day, patched; and every file of it says where its values come from."""

import itertools
from datetime import date, timedelta

import pytest

from entrepot.core.cost_lines import Basis, Confidence
from entrepot.rules import AddDuty, Measure, OwnRate, Rule, SetValue, Status, Tariff, TariffLine, Value, rule_book
from entrepot.rules.timeline import timeline

DAY = timedelta(days=1)


def test_at_least_forty_destinations_say_what_they_tax() -> None:
    """Each has the contents of its customs value today, and a tax base or none on purpose."""
    book, on = rule_book(), date(2026, 11, 22)
    countries = [c for c in book.countries if len(c) == 2 and book.value(c, "customs_value", on)]
    without_tax = [c for c in countries if book.value(c, "tax_base", on) is None]
    assert len(countries) >= 42
    assert sorted(without_tax) == ["EU", "HK", "US"] or sorted(set(without_tax) - {"EU"}) == ["HK", "US"]


def test_every_value_has_a_source_and_ends_after_it_begins() -> None:
    """No figure without saying where it was read; no value whose last day is before its first."""
    for rule in rule_book().rules.values():
        for value in rule.values:
            assert value.basis.source, rule.id
            start, end = value.basis.valid_from, value.basis.valid_to
            assert not (start and end) or start <= end, rule.id


def test_values_of_a_rule_do_not_overlap() -> None:
    """On no day do two values of one rule hold, unless one replaces the other by a later knowledge."""
    for rule in rule_book().rules.values():
        days = sorted((v.basis.valid_from or date.min, v.basis.valid_to or date.max) for v in rule.values)
        for (_, end), (start, _) in itertools.pairwise(days):
            assert end < start, rule.id


def test_rates_from_memory_are_marked() -> None:
    """What a source says is from memory is unconfirmed, everywhere in the book."""
    values = [v for r in rule_book().rules.values() for v in r.values]
    values += [v for m in rule_book().measures for v in m.rule.values]
    assert all(v.basis.confidence is Confidence.UNCONFIRMED for v in values if "memory" in v.basis.source)


def test_as_known_on_a_day() -> None:
    """Before the Union announced the end of its relief, one would have quoted July 2026 with it."""
    book, on = rule_book(), date(2026, 7, 15)
    assert book.value("DE", "duty_relief", on) is None
    earlier = book.value("DE", "duty_relief", on, date(2026, 1, 1))
    assert earlier is not None
    assert earlier.text("limit") == "150"
    assert book.value("DE", "flat_duty", on, date(2026, 1, 1)) is None


def test_change_days_are_where_anything_changes() -> None:
    """Between two change days every rule of a destination stays the same."""
    book = rule_book()
    for country in ("DE", "US", "GB", "BR", "SE"):
        days = [d for d in book.change_days(country) if date(2019, 1, 1) <= d <= date(2028, 1, 1)]
        for start, following in itertools.pairwise(days):
            first, last = book.destination(country, start), book.destination(country, following - DAY)
            assert first.values == last.values
            assert [v for _, v in book.measures_on(country, start)] == [
                v for _, v in book.measures_on(country, following - DAY)
            ]


def test_a_patch_is_another_book() -> None:
    """It outranks what it is laid over, from its day on, and leaves the book as it was."""
    book = rule_book()
    patched = book.patched(
        SetValue("us.fee_hmf", {"percent": "0.2", "label": "HMF", "modes": ["sea"]}, date(2027, 1, 1)),
        AddDuty("US", "10", date(2027, 1, 1), "61", ("CN",)),
    )
    found = patched.value("US", "fee_hmf", date(2027, 1, 1))
    assert found is not None
    assert (found.text("percent"), found.status) == ("0.2", Status.HYPOTHESIS)
    before, after = patched.value("US", "fee_hmf", date(2026, 12, 31)), book.value("US", "fee_hmf", date(2027, 1, 1))
    assert before is not None
    assert after is not None
    assert before.text("percent") == after.text("percent") == "0.125"
    assert len(patched.measures) == len(book.measures) + 1


def test_a_patch_with_a_field_that_nobody_reads_is_refused() -> None:
    """A misspelt field would silently change nothing."""
    with pytest.raises(ValueError, match="no field"):
        rule_book().patched(SetValue("de.tax_rate", {"percnt": "20"}, date(2027, 1, 1)))
    with pytest.raises(ValueError, match="no rule"):
        rule_book().patched(SetValue("de.tax_rat", {"percent": "20"}, date(2027, 1, 1)))


def test_the_timeline_keeps_its_confidence() -> None:
    """101 events with sources; those from memory are marked."""
    assert len(timeline()) == 101
    assert all(e.source for e in timeline())
    assert {e.confidence for e in timeline() if "memory" in e.source} == {Confidence.UNCONFIRMED}


def _line(code: str, text: str, start: date, end: date | None = None, description: str = "x") -> TariffLine:
    return TariffLine("US", code, description, text, Basis(code, valid_from=start, valid_to=end))


def test_codes_inherit_from_above_and_range_below() -> None:
    """Ten digits take the line above; six digits name the lines below; a retired code suggests what is near."""
    start = date(2025, 1, 1)
    tariff = Tariff.of([
        _line("61091000", "16.5%", start), _line("61099010", "32%", start),
        _line("61099099", "5%", start, date(2025, 12, 31), "shirts of wool"),
        _line("61099015", "6%", start, None, "shirts, wool"),
    ])  # fmt: skip
    found = tariff.find("US", "6109.10.00.12", start)
    assert found.line is not None
    assert found.line.general == "16.5%"
    assert [n.code for n in tariff.find("US", "610990", start).below] == ["61099010", "61099015", "61099099"]
    gone = tariff.find("US", "61099099", date(2026, 6, 1))
    assert gone.line is None
    assert gone.retired is not None
    assert gone.suggestions[0].code == "61099015"


def test_the_own_rate_with_the_longest_code_wins() -> None:
    """Then the one for the origin, then the newest; outside its days it does not count."""

    def rate(prefix: str, text: str, origin: str = "", start: date | None = None, end: date | None = None) -> OwnRate:
        return OwnRate("DE", prefix, text, Basis(text, valid_from=start, valid_to=end), origin)

    tariff = Tariff(own=(rate("61", "12%"), rate("6109", "9%"), rate("6109", "0%", "TR"),
                         rate("610910", "5%", "", date(2026, 1, 1), date(2026, 6, 30))))  # fmt: skip

    def found(hs: str, origin: str, on: date) -> str:
        result = tariff.own_rate("DE", hs, origin, on)
        return result.rate if result else ""

    assert found("61091000", "CN", date(2026, 3, 1)) == "5%"
    assert found("61091000", "CN", date(2026, 7, 1)) == "9%"
    assert found("61091000", "TR", date(2026, 7, 1)) == "0%"
    assert found("6103", "CN", date(2026, 7, 1)) == "12%"
    assert found("7100", "CN", date(2026, 7, 1)) == ""


def test_the_value_known_last_wins() -> None:
    """Two values for a day: what became known later replaces what was known before, and only from then on."""
    first = Value({"percent": "10"}, Basis("x", valid_from=date(2026, 1, 1)), known=date(2025, 6, 1))
    second = Value({"percent": "12"}, Basis("x", valid_from=date(2026, 1, 1)), known=date(2025, 9, 1))
    rule = Rule("x.tax_rate", (second, first))
    late, early = rule.at(date(2026, 2, 1)), rule.at(date(2026, 2, 1), date(2025, 7, 1))
    assert late is not None
    assert early is not None
    assert (late.text("percent"), early.text("percent")) == ("12", "10")


def test_measures_name_lines_and_origins() -> None:
    """Empty means all."""
    rule = Rule("x", ())
    assert Measure("US", "x", rule).covers_origin("ZZ")
    assert not Measure("US", "x", rule, not_origins=("CN",)).covers_origin("CN")
    assert Measure("US", "x", rule, prefixes=("61", "62")).names_line("6203")
    assert not Measure("US", "x", rule, prefixes=("61",)).names_line("6203")
