"""What every test may ask for: a database file per worker, a browser, and how hard to try."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import SOAKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# A shared machine may stall any single example, so no example has a deadline; the same examples come every time, and
# `make soak` looks for new ones.
settings.register_profile("test", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("soak" if SOAKING else "test")

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite's test database in a file: an in-memory one has other locks and journals than what sellers run."""
    from django.db import connections

    default = connections["default"]
    if default.vendor == "sqlite":
        folder = tmp_path_factory.mktemp("database")
        default.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page asked for in Chinese leaves its language with the thread; the next test begins in English."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Let the emptying between tests pass the triggers that refuse DELETE and TRUNCATE on facts; only here."""
    from django.conf import settings as django_settings

    from tests.emptying import emptying_allowed

    # A slow hash protects real passwords; here it would only slow every sign-in.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with emptying_allowed():
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a PostgreSQL server for tests that start programs of their own against it."""
    from tests.postgresql_server import postgresql_url

    with postgresql_url() as url:
        yield url


def chromium() -> str:
    """Path of the browser: ``$CHROMIUM`` or the system's; fails the test where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path or not Path(path).exists():
        pytest.fail("no Chromium found: `make test` installs it on Debian as root, else set CHROMIUM to its path")
    return path


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One headless Chromium for the session."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: "Browser") -> "Iterator[Any]":
    """``open_page(locale="zh-CN", width=390)`` gives a page in a fresh context; all are closed after the test."""
    contexts: list[Any] = []

    def _open(locale: str = "en-GB", width: int = 1440, height: int = 900, **options: Any) -> "Page":
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        return context.new_page()

    yield _open
    for context in contexts:
        context.close()
