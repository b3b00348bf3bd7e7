"""Pages on the fixed shop: every address in both languages, roles, headers, and what htmx swaps in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from entrepot.core.errors import Problem, ProblemError
from entrepot.faces.web import queries
from tests.faces.web import fixtures

Visit = Callable[..., Any]

ADDRESSES = [
    "/",
    "/?kind=order",
    "/inventory/",
    "/inventory/?by=location&sort=-weekly&q=kettle&cols=sku,reserved",
    "/demand/",
    "/demand/?mark=censored&sort=wape&q=yoga",
    "/demand/KT-104-BL/",
    "/demand/KT-104-BL/?place=us&first=2026-11-23&last=2026-11-29&percent=50&note=x",
    "/cost/",
    "/cost/?by=destination&view=book&from=2026-01&to=2026-03",
    "/cost/family/first_leg/",
    "/cost/family/first_leg/?sku=KT-104-BL",
    "/cost/family/net_sales/?sku=KT-104-BL",
    "/cost/layers/KT-104-BL/",
    "/cost/bills/KT-104-BL/",
    "/cost/sale/70/",
    "/cost/sale/70/why",
    "/sku/KT-104-BL/",
    "/sku/%3DHYPER(1)/",
    "/documents/31/",
    "/health/",
    "/health/?reason=unknown_sku",
    "/health/quarantine/1/",
    "/health/quarantine/2/",
    "/tokens",
    "/import/",
    "/import/5/",
    "/import/6/",
    "/import/7/",
    "/jobs/8/",
    "/search?q=mug",
    "/keys",
]
EXPORTS = [
    "/decisions.{}",
    "/inventory.{}",
    "/demand.{}",
    "/cost.{}",
    "/cost/family/duty_tax.{}",
    "/cost/layers/KT-104-BL.{}",
    "/cost/bills/KT-104-BL.{}",
    "/cost/sales/KT-104-BL.{}",
    "/health/quarantine.{}",
    "/health/missing.{}",
    "/health/waiting.{}",
    "/health/imports.{}",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_answers_in_both_languages(visit: Visit, address: str, language: str) -> None:
    """No page fails, and each is in the reader's language."""
    response = visit(address, language=language)
    assert response.status_code == 200
    text = response.content.decode()
    if "<html" in text:
        assert f'lang="{language}"' in text
    chinese = re.search(r"[\u4e00-\u9fff]{2}", re.sub(r"硅胶折叠杯|收货|中文", "", text))
    assert bool(chinese) == (language == "zh-hans")
    assert "{" + "%" not in text


@pytest.mark.parametrize("address", [e.format(s) for e in EXPORTS for s in ("csv", "xlsx")])
def test_every_export_is_a_file(visit: Visit, address: str) -> None:
    """A download with content."""
    response = visit(address)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment; filename=")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert len(content) > 40


def test_no_script_but_ours_runs(visit: Visit) -> None:
    """The content policy forbids inline scripts, and no page has one."""
    response = visit("/sku/KT-104-BL/")
    assert "script-src 'self';" in response["Content-Security-Policy"]
    scripts = re.findall(r"<script([^>]*)>", response.content.decode())
    assert scripts
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assert not re.search(r"\son\w+=", response.content.decode())


def test_figures_are_never_kept_by_shared_caches(visit: Visit) -> None:
    """Nor by the browser's own."""
    assert visit("/")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", [*ADDRESSES, "/decisions.csv", "/documents/31/file"])
def test_nothing_is_shown_before_sign_in(db: None, shop: None, address: str) -> None:
    """Every address leads to the sign-in page first."""
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in")


def test_sign_in_speaks_both_languages_and_can_switch(db: None) -> None:
    """The form, a wrong password, and the switch before one is signed in."""
    client = Client()
    assert "Sign in" in client.get("/sign-in").content.decode()
    said = client.post("/sign-in", {"username": "a", "password": "b"}).content.decode()
    assert "Name or password is not right." in said
    client.post("/language", {"language": "zh-hans", "next": "/sign-in"})
    assert "登录" in client.get("/sign-in").content.decode()


MONEY = re.compile(r"US\$|US\u0024|CA\$|\bUSD\b|\bCNY\b|31\.99|7,440|482,133|2204|3812000|38,120")
SECRETS = re.compile(r"Profit|利润|Book value|账面|missed sale")


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
@pytest.mark.parametrize(
    "address",
    [
        "/inventory/",
        "/inventory/?cols=sku,value,missing_units&sort=-value",
        "/sku/KT-104-BL/",
        "/cost/sale/70/",
        "/documents/31/",
        "/health/",
    ],
)
def test_cost_is_absent_from_pages_for_who_may_not_see_it(visit: Visit, role: str, address: str) -> None:
    """Not hidden: neither amount nor header nor chart data is in the answer."""
    text = visit(address, role=role).content.decode()
    assert not MONEY.search(text)
    assert "waterfall" not in text
    assert not SECRETS.search(text)


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_cost_is_absent_from_exports(visit: Visit, role: str, suffix: str) -> None:
    """The same columns as on the page; pages of cost refuse altogether."""
    response = visit(f"/inventory.{suffix}?cols=sku,value,units", role=role)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert b"USD" not in content
    for address in (
        "/cost",
        "/cost/family/goods",
        "/cost/layers/KT-104-BL",
        "/cost/bills/KT-104-BL",
        "/health/missing",
    ):
        assert visit(f"{address}.{suffix}", role=role).status_code in (403, 404)


@pytest.mark.parametrize(
    "address",
    [
        "/cost/",
        "/cost/family/first_leg/",
        "/cost/layers/KT-104-BL/",
        "/cost/bills/KT-104-BL/",
        "/cost/sale/70/why",
        "/documents/31/file",
    ],
)
def test_cost_pages_refuse_who_may_not_see_cost(visit: Visit, address: str) -> None:
    """With an answer that says so."""
    assert visit(address, role="warehouse").status_code == 403


def test_only_who_may_decide_gets_buttons_and_answers(visit: Visit) -> None:
    """A viewer sees no approve button, and posting is refused."""
    assert "data-approve" not in visit("/", role="viewer").content.decode()
    assert visit("/decisions/1/approve", role="viewer", method="post").status_code == 403
    assert visit("/import/", role="viewer").status_code == 403
    assert visit("/import/6/confirm", role="viewer", method="post").status_code == 403


def test_a_decision_swaps_in_its_new_row_with_undo(visit: Visit) -> None:
    """Approve, snooze and undo answer with the decision as it stands now."""
    swap = {"HX-Request": "true"}
    approved = visit("/decisions/1/approve", method="post", headers=swap).content.decode()
    assert "is-approved" in approved
    assert "data-undo" in approved
    assert "<html" not in approved
    snoozed = visit("/decisions/1/snooze", method="post", data={"days": "3"}, headers=swap).content.decode()
    assert "is-snoozed" in snoozed
    assert "data-approve" in visit("/decisions/1/undo", method="post", headers=swap).content.decode()


def test_without_script_a_decision_leads_back_to_today(visit: Visit) -> None:
    """The forms work as plain forms."""
    assert visit("/decisions/1/approve", method="post")["Location"] == "/"


def test_a_problem_says_what_to_do_next(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a page, or as a line at the foot of the page that asked; in Chinese by its code."""

    def refuse(*_: Any) -> None:
        raise ProblemError(Problem("no_price", "no price of KT-104-BL is known", "enter one"))

    monkeypatch.setattr(queries, "approve", refuse)
    page = visit("/decisions/1/approve", method="post")
    assert page.status_code == 422
    assert "no price of KT-104-BL is known" in page.content.decode()
    line = visit("/decisions/1/approve", method="post", headers={"HX-Request": "true"}, language="zh-hans")
    assert (line.status_code, line["HX-Retarget"]) == (422, "#toast")
    assert "该商品没有已知采购价" in line.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/sku/NOWHERE/", "/cost/sale/1/", "/documents/404/", "/cost/family/profit/", "/nowhere", "/health/nothing.csv"],
)
def test_what_is_not_there_is_a_404_that_helps(visit: Visit, address: str) -> None:
    """A page with a way back, not a traceback."""
    response = visit(address)
    assert response.status_code == 404
    assert "That is not in the books" in response.content.decode()


def test_the_status_line_tells_the_state_of_the_data(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """As known on, how fresh, what waits; stale and empty books say so."""
    text = visit("/").content.decode()
    assert "As known on 22 Nov 2026, 19:07" in text
    assert "12 rows in quarantine" in text
    assert "576 units without cost" in text
    now = fixtures.state(None)
    from dataclasses import replace

    monkeypatch.setattr(queries, "state", lambda viewer: replace(now, figures_at=None))
    assert "Not valued yet" in visit("/").content.decode()
    monkeypatch.setattr(queries, "state", lambda viewer: replace(now, facts_at=now.known_at))
    assert "Figures are older than the newest facts" in visit("/").content.decode()


def test_empty_books_teach(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every empty page says what belongs there and how to fill it."""
    from dataclasses import replace

    from entrepot.books.selectors.shapes import Today

    bare = replace(fixtures.state(None), facts_at=None, figures_at=None, quarantined=0, units_without_cost=0)
    monkeypatch.setattr(queries, "state", lambda viewer: bare)
    monkeypatch.setattr(queries, "today", lambda viewer, kind, part: Today([], 0, {}, [], []))
    for address in ("/", "/inventory/", "/cost/"):
        text = visit(address).content.decode()
        assert "Import a file" in text
        assert "No facts yet" in text


def test_an_exact_search_goes_straight_there(visit: Visit) -> None:
    """What a barcode scanner types opens the item; while typing, only the hits come."""
    assert visit("/search?q=kt-104-bl")["Location"] == "/sku/KT-104-BL/"
    piece = visit("/search?q=kt-104-bl", headers={"HX-Request": "true"})
    assert piece.status_code == 200
    assert "<html" not in piece.content.decode()


def test_an_upload_is_checked_first(visit: Visit) -> None:
    """The upload leads to its dry run, whose totals wait for a confirmation."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = visit("/import/", method="post", data={"file": SimpleUploadedFile("orders.csv", b"a,b\n1,2\n")})
    assert sent["Location"] == "/import/6/"
    text = visit("/import/6/").content.decode()
    assert "2,202 lines would be posted" in text
    assert 'action="/import/6/confirm"' in text
    nothing = visit("/import/", method="post")
    assert nothing.status_code == 422
    assert "no file was chosen" in nothing.content.decode()


def test_an_import_on_its_way_shows_progress_and_polls(visit: Visit) -> None:
    """The page asks again by itself, and can be cancelled."""
    text = visit("/import/7/").content.decode()
    assert 'hx-get="/import/7/"' in text
    assert 'value="59"' in text
    assert 'action="/jobs/8/cancel"' in text
    done = visit("/import/5/").content.decode()
    assert 'hx-trigger="load delay' not in done
    assert 'action="/import/5/undo"' in done


def test_the_chosen_company_is_one_s_own(visit: Visit) -> None:
    """Another company's code changes nothing, and the way back stays on this site."""
    assert visit("/company", method="post", data={"company": "hpde", "next": "/cost/"})["Location"] == "/cost/"
    assert visit("/company", method="post", data={"company": "x", "next": "https://evil.example/"})["Location"] == "/"


def test_what_comes_from_files_is_escaped(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with markup in it is text."""
    from dataclasses import replace

    row = replace(fixtures.stock_rows()[0], name="<script>alert(1)</script>", sku='"><img src=x>')
    found = fixtures.inventory(fixtures.FixedViewer("owner"), fixtures.StockFilter(), fixtures.Slice())
    monkeypatch.setattr(
        queries, "inventory", lambda viewer, wanted, part: replace(found, page=replace(found.page, rows=[row]))
    )
    text = visit("/inventory/").content.decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_work_is_started_by_who_may_import(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A button sets the worker to work and leads where its progress shows."""
    started: list[str] = []
    monkeypatch.setattr(queries, "start_work", lambda viewer, kind: started.append(kind))
    assert visit("/start/daily", method="post")["Location"] == "/"
    assert visit("/start/check", method="post")["Location"] == "/health/"
    assert visit("/start/check", role="viewer", method="post").status_code == 403
    assert started == ["daily", "check"]


def test_a_promotion_moves_the_fan_and_one_without_sense_says_so(visit: Visit) -> None:
    """The address of a form says what to try; the answer has the total before and after, or what is wrong."""
    tried = "/demand/KT-104-BL/?place=us&first=2026-11-23&last=2026-11-29&percent="
    text = visit(f"{tried}%2B100").content.decode()
    assert (
        "With the promotion: 258 units over the lead time instead of 230, and 459 over 13 weeks instead of 429." in text
    )
    assert '<input type="hidden" name="percent" value="100">' in text
    assert "Keep it" not in visit(f"{tried}100", "viewer").content.decode()
    wrong = visit(f"{tried}-100")
    assert wrong.status_code == 422
    assert "from -95 to +1000 %" in wrong.content.decode()
    assert visit(f"{tried}many").status_code == 200
    piece = visit(f"{tried}100", headers={"HX-Request": "true"}).content.decode()
    assert piece.lstrip().startswith('<div id="fan">')
