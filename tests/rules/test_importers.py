"""Readers of official files and of the seller's own rates: what they take, and what they say about the rest."""

from datetime import date

import pytest

from entrepot.core.errors import ProblemError
from entrepot.rules import rule_book
from entrepot.rules.importers import read_hts, read_own_rates, read_uk
from tests.shared_data import needs_shared_data, shared_path

START = date(2026, 6, 8)
CSV = (
    '"HTS Number","Indent","Description","Unit of Quantity","General Rate of Duty",'
    '"Special Rate of Duty","Column 2 Rate of Duty"\n'
    '"9101","0","Wrist watches","","","",""\n'
    '"9101.11.40","1","With a dial","[""No.""]","51¢ each + 6.25% on the case","Free (AU)","$2.00 each + 45%"\n'
)


def test_csv_export() -> None:
    """The heading above gives the path; only the line with a rate is kept."""
    read = read_hts(CSV, START)
    assert [(n.code, n.description, n.general, n.units) for n in read.lines] == [
        ("91011140", "Wrist watches > With a dial", "51¢ each + 6.25% on the case", ("No.",))
    ]
    assert read.lines[0].known_lists == frozenset()


def test_an_imported_line_keeps_what_the_package_knows_of_its_lists() -> None:
    """A newer rate of a shipped heading does not forget on which lists of added duties it is."""
    text = '[{"htsno": "6109.10.00", "indent": "0", "description": "T-shirts", "general": "15%", "footnotes": []}]'
    tariff = rule_book().tariff.extended(read_hts(text, START).lines)
    line = tariff.find("US", "61091000", date(2026, 7, 1)).line
    assert line is not None
    assert (line.general, "301:4A" in line.lists) == ("15%", True)
    before = tariff.find("US", "61091000", date(2026, 6, 7)).line
    assert before is not None
    assert before.general == "16.5%"


@pytest.mark.parametrize("text", ["", "not a file", "[{]", "a,b\n1,2\n"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    """Each reader says what it wants instead."""
    for reader in (lambda t: read_hts(t, START), lambda t: read_uk(t, START), read_own_rates):
        with pytest.raises(ProblemError):
            reader(text)


def test_bad_rows_are_problems_with_their_line() -> None:
    """The good rows are read all the same."""
    read = read_own_rates("destination,hs,duty,from\nDE,6109,12,2026-01-01\nGermany,61,12,\nDE,62,5,soon\nDE,63,7%,\n")
    assert [(r.prefix, r.rate) for r in read.own] == [("6109", "12%"), ("63", "7%")]
    assert [p.line for p in read.problems] == [3, 4]


@needs_shared_data
def test_the_uk_tariff_of_2021() -> None:
    """The published table reads as it is."""
    import polars as pl

    table = pl.read_parquet(shared_path("tariff/uk_eu_mfn_2021.parquet")).select(
        "commodity", "description", "ukgt_duty_rate"
    )
    read = read_uk(table.head(500).write_csv(), date(2021, 1, 1))
    assert len(read.lines) + len(read.problems) == 500
    assert len(read.lines) >= 495


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("DE,61,-5,19,CN", "not_a_rate"), ("DE,61,inf,19,CN", "not_a_rate"), ("DE,61,1e9,19,CN", "not_a_rate"),
        ("DE,61,1001%,19,CN", "not_a_rate"), ("DE,61,5,nan,CN", "not_a_rate"), ("DE,61,5,190,CN", "not_a_rate"),
        ("DE,61,5,19,ZZ", "unknown_origin"),
    ],
)  # fmt: skip
def test_an_own_rate_out_of_reason_is_a_problem(row: str, code: str) -> None:
    """A duty is 0 to 1000 per cent, a tax 0 to 100, an origin a country; a text of the tariff stays as it is."""
    read = read_own_rates(
        f"destination,hs,duty,tax,origin\n{row}\nDE,62,16.5% + 20c/kg,19,\nDE,63,Free,,\nDE,64,350,,\n"
    )
    assert [(p.code, p.line) for p in read.problems] == [(code, 2)]
    assert [rate.rate for rate in read.own] == ["16.5% + 20c/kg", "Free", "350%"]
