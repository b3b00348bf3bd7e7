"""The pages in a real browser: both languages, desktop and phone, keyboard, swaps, charts, accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/",
    "/inventory/",
    "/demand/",
    "/demand/KT-104-BL/",
    "/cost/",
    "/cost/family/duty_tax/",
    "/sku/KT-104-BL/",
    "/cost/sale/70/",
    "/documents/31/",
    "/health/",
    "/health/quarantine/1/",
    "/quote/?sku=T-1&hs=6109.10.00&to=US&price=3.50&cur=USD&in=USD&m1=sea&f1=180",
    "/rules/?country=US&hs=6109.10.00",
    "/tokens",
    "/import/",
    "/import/6/",
    "/import/7/",
    "/search?q=mug",
    "/keys",
]


@pytest.fixture
def seat(live_server: Any, shop: None, open_page: Callable[..., Page]) -> Iterator[Callable[..., Page]]:
    """``seat("zh-CN", 390)`` is a browser page of a signed-in owner; the test fails on any error in its console."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user("owner", password="a long enough phrase 7")
    errors: list[str] = []

    def _seat(locale: str = "en-GB", width: int = 1440) -> Page:
        page = open_page(locale, width, 844 if width < 600 else 900, base_url=live_server.url)
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/sign-in")
        page.fill("#id_username", "owner")
        page.fill("#id_password", "a long enough phrase 7")
        page.click("button.btn-primary")
        page.wait_for_url("**/")
        page.wait_for_function("document.getElementById('search')._htmx")  # now the page listens to swaps
        return page

    yield _seat
    assert errors == []


@pytest.mark.parametrize(("locale", "language", "width"), [("en-GB", "en", 1440), ("zh-CN", "zh-hans", 390)])
def test_pages_are_whole_and_accessible(seat: Callable[..., Page], locale: str, language: str, width: int) -> None:
    """Nothing runs over the edge, nothing is forbidden by our own policy, and axe finds no violation of WCAG 2.2 AA."""
    from axe_playwright_python.sync_playwright import Axe

    page = seat(locale, width)
    found: list[str] = []
    for address in PAGES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.get_attribute("html", "lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        for violation in Axe().run(page, options=rules).response["violations"]:
            found += [f"{address} {violation['id']}: {node['html'][:150]}" for node in violation["nodes"]]
    assert not found, "\n".join(found)


def test_a_decision_is_approved_and_undone_by_keyboard(seat: Callable[..., Page]) -> None:
    """j focuses the first decision, Enter approves it, u takes it back; focus stays where it was."""
    page = seat()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "d-1"
    page.keyboard.press("Enter")
    page.wait_for_selector("#d-1.is-approved")
    page.wait_for_function("document.activeElement.id === 'd-1'")
    page.keyboard.press("u")
    page.wait_for_selector("#d-1.is-open")


def test_snoozing_needs_two_clicks(seat: Callable[..., Page]) -> None:
    """The menu opens, a number of days closes the matter."""
    page = seat()
    page.click("#d-2 details.menu summary")
    page.click("#d-2 button[value='7']")
    page.wait_for_selector("#d-2.is-snoozed")


def test_keys_lead_everywhere(seat: Callable[..., Page]) -> None:
    """g and a letter open a page, / focuses the search, letters typed there are text."""
    page = seat()
    for letter, address in (
        ("i", "/inventory/"),
        ("d", "/demand/"),
        ("c", "/cost/"),
        ("h", "/health/"),
        ("m", "/import/"),
        ("t", "/"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(lambda url, end=address: url.split("/", 3)[3] == end[1:])
    page.keyboard.press("/")
    page.keyboard.type("gi mug")
    assert page.input_value("#search") == "gi mug"


def test_on_a_phone_all_pages_open_from_the_foot(seat: Callable[..., Page]) -> None:
    """The bar holds the few pages of the day; every other page is two touches away."""
    page = seat("zh-CN", 390)
    page.goto("/")
    assert not page.is_visible("#all-pages")
    page.click(".all-pages")
    page.click("#all-pages a[href='/rules/']")
    page.wait_for_url("**/rules/")


def test_search_shows_hits_while_typing_and_enter_opens_an_exact_one(seat: Callable[..., Page]) -> None:
    """A scanner types the code and Enter."""
    page = seat()
    page.keyboard.press("/")
    page.keyboard.type("mug")
    page.wait_for_selector("#hits a")
    page.fill("#search", "MUG-12-CR")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sku/MUG-12-CR/")


def test_filters_columns_and_sorting_live_in_the_address(seat: Callable[..., Page]) -> None:
    """A chosen filter, column and order can be sent to a colleague as a link."""
    page = seat()
    page.goto("/inventory/")
    page.select_option("select[name=state]", "low")
    page.wait_for_url("**state=low**")
    assert "location" not in page.url
    page.click("details.columns summary")
    page.check("details.columns input[value=reserved]")
    page.click("details.columns button")
    page.wait_for_url("**cols=sku**reserved**")
    assert "state=low" in page.url
    page.click("th a:has-text('Reserved')")
    page.wait_for_url("**sort=-reserved**")
    assert page.get_attribute("th:has-text('Reserved')", "aria-sort") == "descending"


def test_rows_are_walked_and_opened_by_keyboard(seat: Callable[..., Page]) -> None:
    """Arrow keys move, Enter opens the row."""
    page = seat()
    page.goto("/inventory/?sort=sku")
    page.focus(".table-wrap")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.inner_text("tr[aria-selected] th")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sku/**")
    assert page.inner_text("h1") == chosen


def test_a_bar_opens_what_stands_behind_it(seat: Callable[..., Page]) -> None:
    """From the waterfall to the SKUs, to the bills, to the document."""
    page = seat()
    page.goto("/cost/")
    page.click(".waterfall a:has-text('First leg')")
    page.wait_for_url("**/cost/family/first_leg/**")
    page.click("tbody th a:has-text('KT-104-BL')")
    page.wait_for_url("**sku=KT-104-BL**")
    page.click("tbody th a:has-text('INV-88213')")
    page.wait_for_url("**/documents/31/")


def test_a_chart_is_drawn_and_reasons_follow(seat: Callable[..., Page]) -> None:
    """The library loads when the chart is seen; layers and bills come after the page."""
    page = seat()
    page.goto("/sku/KT-104-BL/")
    page.wait_for_selector("[data-chart][data-drawn] svg")
    page.wait_for_selector("#layers ~ .why-table table")
    page.wait_for_selector("#bills ~ .why-table table")


def test_print_leaves_the_frame_away(seat: Callable[..., Page]) -> None:
    """What is printed is the page's matter."""
    page = seat()
    page.goto("/cost/")
    page.emulate_media(media="print")
    assert not page.is_visible(".side")
    assert not page.is_visible(".filterbar")
    assert page.is_visible(".waterfall")


def test_without_script_the_pages_still_work(live_server: Any, shop: None, open_page: Callable[..., Page]) -> None:
    """Filters have a button, decisions are forms, later parts are links."""
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user("owner", password="a long enough phrase 7")
    page = open_page(java_script_enabled=False, base_url=live_server.url)
    page.goto("/sign-in")
    page.fill("#id_username", "owner")
    page.fill("#id_password", "a long enough phrase 7")
    page.click("button.btn-primary")
    page.wait_for_url("**/")
    with page.expect_navigation():
        page.click("#d-1 [data-approve]")
    assert page.inner_text("h1") == "Today"
    page.goto("/inventory/")
    page.select_option("select[name=state]", "out")
    page.click(".filterbar button[type=submit]")
    page.wait_for_url("**state=out**")
    page.goto("/sku/KT-104-BL/")
    page.click(".later a >> nth=0")
    page.wait_for_url("**/cost/layers/KT-104-BL/")
    page.wait_for_selector("table.data")


def test_a_promotion_is_tried_on_the_fan(seat: Callable[..., Page]) -> None:
    """Filling in the form draws the fan anew, beside the one without it, and offers to keep it."""
    page = seat()
    page.goto("/demand/KT-104-BL/")
    page.wait_for_selector("#fan [data-drawn] svg")
    page.fill("input[name=first]", "2026-12-01")
    page.fill("input[name=last]", "2026-12-14")
    page.fill(".uplift input[name=percent]", "80")
    page.click(".uplift button[type=submit]")
    page.wait_for_selector("#fan form button:has-text('Keep it')")
    page.wait_for_selector("#fan [data-drawn] svg")
    assert "instead of 230" in page.inner_text("#fan .note")
