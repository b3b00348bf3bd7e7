"""The quote and rule pages: every line with its rule, incomplete quotes, addresses that carry the whole quote, roles, exports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl

import pytest

from entrepot.faces.web.quoting import Form, bars, sought

Visit = Callable[..., Any]
SHIRT = "sku=T-1&hs=6109.10.00&from=CN&to=US&price=3.50&cur=USD&in=USD&g=200&size=25x20x3&on=2026-12-01"
SEA_AIR = "&m1=sea&f1=180&b1=cbm&d1=35&m2=air&f2=5.50&b2=kg&d2=8&m3="


def _text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def _csv(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "address", ["/quote/", f"/quote/?{SHIRT}{SEA_AIR}", "/rules/", "/rules/?country=US&hs=6109.10.00"]
)
def test_pages_answer_in_both_languages(visit: Visit, address: str, language: str) -> None:
    """No page fails, and each is in the reader's language."""
    response = visit(address, language=language)
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()
    assert bool(re.search(r"[\u4e00-\u9fff]{2}", re.sub("中文", "", _text(response)))) == (language == "zh-hans")


def test_every_line_names_its_rule_and_the_sum_is_the_landed_cost(visit: Visit) -> None:
    """The exported lines add up to the unit cost that the side-by-side table shows."""
    sides = _csv(visit(f"/quote/alternatives.csv?{SHIRT}{SEA_AIR}&qty=1000"))
    lines = _csv(visit(f"/quote/lines.csv?{SHIRT}{SEA_AIR}&qty=1000"))
    assert all(line["Rule"] for line in lines)
    total = sum(float(line["Amount (USD)"]) for line in lines)
    assert round(total / 1000, 2) == float(sides[0]["Landed, a unit (USD)"])
    assert {"Section 301 China, list 4A", "Section 301 forced labour"} <= {line["Cost"] for line in lines}


def test_ways_quantities_and_days_lie_side_by_side(visit: Visit) -> None:
    """Each combination is a row; the rate of the day makes the difference."""
    rows = _csv(visit(f"/quote/alternatives.csv?{SHIRT}{SEA_AIR}&qty=500,1000&on2=2025-05-01"))
    assert len(rows) == 8
    assert [row["Way"] for row in rows[:2]] == ["Sea", "Sea"]
    units = {(row["Way"], row["Units"], row["Day of entry"]): float(row["Landed, a unit (USD)"]) for row in rows}
    assert units["Sea", "500", "2025-05-01"] > units["Sea", "500", "2026-12-01"] + 4


def test_an_incomplete_quote_says_what_is_missing_and_shows_no_zero(visit: Visit) -> None:
    """Without freight rate, price or heading the line is missing, the rest stands, the unit cost is not shown as whole."""
    response = visit("/quote/?sku=T-1&to=DE&from=CN&qty=10&price=3&cur=EUR&in=EUR&m1=sea&m2=&m3=")
    text = _text(response)
    assert "At least" in text
    assert "Not complete" in text
    assert "a freight rate or your own figure" in text
    row = _csv(visit("/quote/alternatives.csv?sku=T-1&to=DE&from=CN&qty=10&price=3&cur=EUR&in=EUR&m1=sea&m2=&m3="))[0]
    assert row["Landed, a unit (EUR)"] == ""
    assert row["First leg (EUR)"] == ""


def test_what_cannot_be_read_is_said_and_the_rest_kept(visit: Visit) -> None:
    """A bad price, size and quantity are three notes; the form keeps what was typed."""
    response = visit("/quote/?to=US&price=cheap&qty=many&size=big&cur=USD&in=USD")
    text = response.content.decode()
    assert response.status_code == 200
    for typed in ("cheap", "many", "big"):
        assert f'value="{typed}"' in text
        assert f"found: {typed}" in text


def test_a_country_that_the_book_lacks_is_refused_with_the_list(visit: Visit) -> None:
    """Neither page fails on it."""
    assert "Choose a country" in _text(visit("/quote/?to=ZZ")).replace("choose", "Choose")
    assert "Choose a country" in _text(visit("/rules/?country=ZZ")).replace("choose", "Choose")


def test_cost_is_not_for_everybody_but_public_rules_are(visit: Visit) -> None:
    """Who may not see cost gets no quote and no export; the law is public."""
    assert visit("/quote/", role="warehouse").status_code == 403
    assert visit(f"/quote/lines.csv?{SHIRT}", role="warehouse").status_code == 403
    assert visit("/rules/", role="warehouse").status_code == 200


def test_the_history_of_the_t_shirt_names_its_rates(visit: Visit) -> None:
    """The published history of 6109.10.00 from China, from May 2025 on."""
    text = _text(visit("/rules/?country=US&hs=6109.10.00&from=CN&since=2025-01-01&on=2026-12-01"))
    places = [text.index(f" {rate}% ") for rate in ("24", "34", "44", "128", "169")]
    assert places == sorted(places)
    assert "36.5% duty" in text


def test_rules_are_searched_by_word_and_read_as_of_a_day(visit: Visit) -> None:
    """The forced-labour duty begins in July 2026."""
    after = _text(visit("/rules/?country=US&hs=6109.10.00&from=CN&on=2026-12-01&q=forced"))
    before = _text(visit("/rules/?country=US&hs=6109.10.00&from=CN&on=2026-06-01&q=forced"))
    assert "Section 301 forced labour" in after.split("What applies")[1]
    assert "Nothing matches" in before


def test_an_item_of_the_books_fills_the_form(visit: Visit) -> None:
    """Heading, origin and packaging come from the books where nothing is typed; what is typed wins."""
    from entrepot.books.models import Item, Packaging

    item = Item.objects.create(sku="SHIRT", hs_code="61091000", origin="VN")
    Packaging.objects.create(item=item, level="unit", units=1, weight_g=210, length_mm=250, width_mm=200, height_mm=30)
    text = visit("/quote/?sku=SHIRT&to=US&price=3&cur=USD&in=USD").content.decode()
    for known in ('placeholder="61091000"', 'placeholder="VN"', 'placeholder="210"', 'placeholder="25x20x3"'):
        assert known in text


def test_the_waterfall_climbs_to_the_landed_cost() -> None:
    """Each family starts where the one before ended; the last bar is their sum."""
    from entrepot.workflows.alternatives import alternatives
    from entrepot.workflows.rule_files import seller_rules

    rules = seller_rules(None)
    typed = dict(parse_qsl(f"{SHIRT}{SEA_AIR}"))

    asked = sought(Form(typed), "USD", date(2026, 12, 1), {"US": "USD"})
    one = alternatives(asked, rules)[0]
    drawn = bars(one)
    assert sum(bar.amount or 0 for bar in drawn[:-1]) == drawn[-1].amount == one.quote.cost
    for left, right in pairwise(drawn[:-1]):
        assert left.after == right.before


def test_an_own_source_is_taken_in_and_back_on_the_rules_page(visit: Visit, settings: Any, tmp_path: Any) -> None:
    """A broker's entry is uploaded, shown with its source, outranks the table, and is taken back; the warehouse may not."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from tests.books.factories import user

    settings.HOME = tmp_path
    client = Client()
    client.force_login(user("owner", "own-sources"))
    entry = SimpleUploadedFile("entry.csv", b"destination,hs,duty,from,source\nDE,6109,12,2026-01-01,entry 4711\n")
    assert client.post("/rules/own/", {"file": entry}).status_code == 302
    text = _text(client.get("/rules/?country=DE&on=2026-12-01"))
    assert "own_rates_2026-01-01.csv" in text
    assert "entry 4711" in text
    bad = SimpleUploadedFile("notes.csv", b"colour,size\nred,L\n")
    assert "no source that the program knows" in _text(client.post("/rules/own/", {"file": bad}))
    assert client.post("/rules/own/back/", {"file": "own_rates_2026-01-01.csv"}).status_code == 302
    assert "entry 4711" not in _text(client.get("/rules/?country=DE&on=2026-12-01"))
    assert "Your own sources" not in _text(visit("/rules/", role="warehouse"))


def test_breaks_splits_and_both_sides_after_the_border(visit: Visit) -> None:
    """The price of the quantity, a split as one row with its parts, platform and third party beside each other."""
    asked = f"{SHIRT}&qty=500,2000&breaks=2000:3.00&lanes=1&pc=50&ckg=11&csize=60x40x40&via=both&pace=20"
    asked += "&sale=15&fee=1.1&place=none"
    rows = _csv(visit(f"/quote/alternatives.csv?{asked}&m1=&m2=&m3=&s=20&s1=air&s2=sea&on=2027-02-01"))
    assert {row["Then"] for row in rows} == {"Platform (FBA)", "Third-party warehouse"}
    assert {(row["Units"], row["Purchase (USD)"]) for row in rows} == {("500", "3.50"), ("2000", "3.00")}
    split = next(n for n, row in enumerate(rows) if "+" in row["Way"] and row["Units"] == "2000")
    lines = _csv(visit(f"/quote/lines.csv?{asked}&m1=&m2=&m3=&s=20&s1=air&s2=sea&on=2027-02-01&pick={split}"))
    assert len({line["Part"] for line in lines}) == 2


def test_a_price_of_half_a_cent_is_kept() -> None:
    """The page takes a unit price as fine as it is typed, also in the breaks and in freight of a kilogram."""
    typed = {"price": "0.125", "breaks": "500:0.035", "f2": "4.125", "fee": "0.005"}
    form = Form(typed)
    asked = sought(form, "USD", date(2026, 8, 1), {"US": "USD"})
    assert not form.problems
    assert [str(asked.price), str(asked.price_of(500)), str(asked.after.fee)] == ["25/2", "7/2", "1/2"]
    assert [str(way.rate) for way in asked.ways if way.mode == "air"] == ["825/2"]
    assert Form({"price": "1e-99999999"}).rate("price", "USD") is None


def test_an_origin_is_asked_for_and_never_guessed() -> None:
    """Nothing typed stays empty; a word or a code of no country is refused, not cut to two letters."""
    for typed, origin, wrong in (("", "", 0), ("vn", "VN", 0), ("ZZ", "", 1), ("China", "", 1)):
        form = Form({"from": typed})
        assert sought(form, "USD", date(2026, 8, 1), {"US": "USD"}).origin == origin
        assert len(form.problems) == wrong
    form = Form({"duty": "1001", "tax": "101"})
    assert sought(form, "USD", date(2026, 8, 1), {"US": "USD"}).duty == ""
    assert len(form.problems) == 2


def test_a_quote_without_any_cost_has_no_total(visit: Visit) -> None:
    """Neither the title nor the bars show a 0 for what is not known."""
    said = _text(visit("/quote/?to=US&qty=5&m1=&m2=&m3="))
    assert "No cost is known yet" in said
    assert "0.00" not in said


WRONG = (
    "hs=abc", "m1=teleport&m2=&m3=", "from=ZZ", "regime=smuggled", "qty=-5", "qty=1e9", "price=nan", "price=-1", "size=1x2",
    "g=x", "cur=QQQ", "in=QQQ", "on=2026-13-01", "duty=inf", "tax=101", "share=160", "breaks=5", "s=30&s1=rail&s2=sea",
    "to=ZZ", "pace=-1", "f1=1e400", "csize=0x0x0", "known=yesterday",
)  # fmt: skip


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_wrong_is_said_in_chinese_with_its_remedy(visit: Visit, typed: str) -> None:
    """Every remedy of the form is in the catalogue; what was found and the field's name stay as typed."""
    body = visit(f"/quote/?to=US&price=4&{typed}", language="zh-hans").content.decode()
    (alert,) = re.findall(r'<div class="note danger" role="alert">(.*?)</div>', body, re.S)
    for paragraph in re.findall(r"<p>(.*?)</p>", alert, re.S):
        remedy = paragraph.split("<br>")[1]
        message = re.findall(r"<strong>(.*?)</strong>", paragraph)[0]
        for said in (remedy, message):
            assert re.search(r"[\u4e00-\u9fff]", said), said


def test_a_part_of_import_tax_comes_back(visit: Visit) -> None:
    """Two lines of the tax: the part that is cash, and the part that is cost."""
    rows = _csv(visit(f"/quote/lines.csv?{SHIRT}&to=DE&duty=12&share=60&m1=sea&f1=180&b1=total&m2=&m3="))
    tax = [row for row in rows if row["Cost"] == "VAT"]
    assert ["60% comes back" in row["How"] for row in tax] == [True, False]
    assert "40% does not come back" in tax[1]["How"]


def test_a_day_before_the_rules_is_told_with_their_first(visit: Visit) -> None:
    """Instead of an empty table."""
    assert "The rule book of United States begins on" in _text(visit("/rules/?country=US&on=1950-01-01"))
