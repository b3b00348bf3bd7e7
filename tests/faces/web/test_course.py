"""The form that says how an item goes on, over the page, the API and the command line; and the forecast in words on both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from entrepot.books import models
from entrepot.books.access import looking_at, system_viewer
from entrepot.books.selectors import demand as expecting
from entrepot.faces.cli import opening
from entrepot.faces.cli.main import app
from entrepot.faces.web import fans, findings, sentences
from entrepot.workflows.forecast import forecast
from entrepot.workflows.promote import tried
from tests.books import factories as make
from tests.workflows import ledger as books
from tests.workflows.test_demand_page import MONDAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An owner's, on books with 20 weeks of A, three of B, and KIT that never sold."""
    orders = [
        books.sale(f"S-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 10, amount=20_000) for week in range(20)
    ]
    young = [
        books.sale(f"B-{week}", str(MONDAY + timedelta(weeks=week, days=1)), 4, sku="B", amount=9_000)
        for week in (18, 19, 20)
    ]
    books.post(*books.masters(), books.receipt("R-1", "2026-01-05", 900, 300), *orders, *young)
    forecast(made_at=make.NOW)
    monkeypatch.setattr(opening, "open_books", lambda: None)
    for module in ("demanding", "figures"):
        monkeypatch.setattr(f"entrepot.faces.cli.{module}.open_books", lambda: None)
    found = Client()
    found.force_login(make.user("owner"))
    return found


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_page_keeps_and_withdraws_a_course(client: Client) -> None:
    """The form's answer leads back; the page shows what stands and that the next forecast counts it."""
    said = {"predecessor": "A", "share": "80", "ends_on": "2027-03-01", "note": "new lid", "place": "LA"}
    assert client.post("/demand/course/B", said)["Location"] == "/demand/B/?place=LA"
    text = client.get("/demand/B/").content.decode()
    assert "A · 80 %" in text
    assert "counts from the next forecast on" in text
    assert "You said that it follows A: 80 % of its past is counted as its own." in text
    client.post("/demand/course/B/withdraw", {"place": "LA"})
    assert "A · 80 %" not in client.get("/demand/B/").content.decode()


def test_an_item_without_forecast_has_a_page_that_asks(client: Client) -> None:
    """It says why, and takes a first day; an SKU that does not exist stays unknown."""
    assert "There is no forecast of this SKU" in client.get("/demand/KIT/").content.decode()
    client.post("/demand/course/KIT", {"launches_on": "2027-01-04", "share": "100"})
    assert "goes on sale on 4 Jan 2027" in client.get("/demand/KIT/").content.decode()
    assert client.get("/demand/NOPE/").status_code == 404


@pytest.mark.parametrize(
    "said", [{}, {"share": "x", "ends_on": "2027-01-04"}, {"predecessor": "NOPE"}, {"predecessor": "B"}]
)
def test_what_makes_no_sense_is_a_problem_page(client: Client, said: dict[str, str]) -> None:
    """With what to do, and nothing kept."""
    assert client.post("/demand/course/B", said).status_code == 422
    assert not models.ItemCourse.objects.exists()


def test_a_reader_sees_no_form_and_may_not_post(client: Client) -> None:
    """Neither by the page nor by the API."""
    reader = Client()
    reader.force_login(make.user("viewer"))
    assert "/demand/course/" not in reader.get("/demand/B/").content.decode()
    assert reader.post("/demand/course/B", {"predecessor": "A"}).status_code == 422
    body = {"predecessor": "A"}
    assert reader.put("/api/courses/B", body, content_type="application/json").status_code == 403


def test_the_api_and_the_command_say_the_same(client: Client) -> None:
    """PUT keeps, the command replaces it, DELETE withdraws."""
    assert (
        client.put("/api/courses/B", {"predecessor": "A", "share": 50}, content_type="application/json").status_code
        == 204
    )
    assert client.get("/api/demand/B").json()["course"]["share"] == 50
    assert "kept" in run("course", "B", "--ends", "2027-02-01", "--note", "sold off")
    told = client.get("/api/demand/B").json()["course"]
    assert (told["predecessor"], told["ends_on"], told["note"]) == ("", "2027-02-01", "sold off")
    assert client.delete("/api/courses/B").status_code == 204
    assert client.get("/api/demand/B").json()["course"] is None
    assert "withdrawn" not in CliRunner().invoke(app, ["course", "B", "--forget"]).output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_says_what_the_page_says(client: Client, language: str) -> None:
    """Every line of the page's why, its title and its totals stand in the command's answer, word for word."""
    from django.utils import translation

    for sku in ("A", "B"):
        output = " ".join(run("forecast", sku, "--language", language).split())
        header = {"Accept-Language": "zh-hans" if language == "zh" else "en"}
        page: Any = client.get(f"/demand/{sku}/", headers=header).content.decode()
        with translation.override("zh-hans" if language == "zh" else "en"):
            found = tried(expecting.of_item(looking_at(system_viewer(), "US"), sku), None)
            lines = [sentences.line(reason) for reason in found.reasons]
            lines += [findings.of_demand(found), *fans.effects(found), *(row.middle for row in fans.table(found))]
        assert len(lines) > 6
        for line in lines:
            assert " ".join(line.split()) in output
            assert line.replace("'", "&#x27;") in page
    assert CliRunner().invoke(app, ["forecast", "NOPE"]).exit_code != 0
