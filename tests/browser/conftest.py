"""People at their own browsers, before a real server with a real database.

`enter(cast.li_na, width=360)` gives li_na's page, logged in.  Whatever a page writes to its console, breaks of
the content policy and requests that leave this machine among it, fails the test that saw it.
"""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from civicloop.divisions.tests.facts import IN_EAST, two_districts
from civicloop.people.models import Person
from tests.cast import PASSWORD, Cast

# Playwright's loop runs in the thread that asks the database; neither disturbs the other.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = Path(os.environ.get("CIVICLOOP_CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Maps are drawn as SVG, except where a test asks for WebGL: without a graphics card it costs seconds a page.
PLAIN = "--disable-3d-apis"
HEIGHTS = {360: 740, 1280: 800, 1920: 1080}
PATIENCE = 15_000  # milliseconds
# What the browser says of answers that are meant: refusals, and pages that are not for this reader.
_MEANT = re.compile(r"Failed to load resource: the server responded with a status of (401|404|409|413|422)")
_NOISE = re.compile(r"GL Driver Message|GPU stall")

Enter = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("There is no Chromium here. Run: apt install chromium fonts-noto-cjk", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, PLAIN])
        yield browser
        browser.close()


@pytest.fixture
def chromium_with_webgl(chromium: Browser) -> Iterator[Browser]:
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def cast(transactional_db: None, live_server: Any) -> Cast:
    """The people, in a city whose two districts have outlines."""
    cast = Cast()
    two_districts()
    return cast


class Watch:
    """What pages did that no page should do."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.seen: list[str] = []

    def follow(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.seen.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if (
            message.type in {"error", "warning"}
            and not _MEANT.search(message.text)
            and not _NOISE.search(message.text)
        ):
            self.seen.append(f"{message.location.get('url')}: {message.text}")

    def _asked(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme not in {"data", "blob"} and there.netloc != self.host:
            self.seen.append(f"left this machine: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.seen.append(f"{response.url}: {response.status}")


class Inside:
    """How many requests the server is at.  The tables are emptied only when it is at none."""

    def __init__(self) -> None:
        self._changed, self._count = threading.Condition(), 0
        request_started.connect(self._one_more)
        request_finished.connect(self._one_less)

    def _one_more(self, **_kwargs: Any) -> None:
        self._add(1)

    def _one_less(self, **_kwargs: Any) -> None:
        self._add(-1)

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()

    def wait_until_none(self) -> None:
        time.sleep(0.1)  # for what is on its way in
        with self._changed:
            self._changed.wait_for(lambda: self._count <= 0, timeout=PATIENCE / 1000)
            self._count = 0


@pytest.fixture(scope="session")
def inside() -> Inside:
    return Inside()


@pytest.fixture
def enter(chromium: Browser, live_server: Any, cast: Cast, inside: Inside) -> Iterator[Enter]:
    """Opens a browser of one's own and logs in: `enter(person, width=1280, js=True, language="zh-CN")`."""
    watch, contexts = Watch(live_server.url), list[BrowserContext]()

    def enter(
        person: Person,
        *,
        width: int = 1280,
        js: bool = True,
        language: str = "zh-CN",
        browser: Browser = chromium,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": HEIGHTS[width]},
            is_mobile=width < 500,
            has_touch=width < 500,
            java_script_enabled=js,
            locale=language,
            geolocation={"longitude": IN_EAST[0], "latitude": IN_EAST[1]},
            permissions=["geolocation"],
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        log_in(page, person)
        return page

    yield enter
    for context in contexts:
        context.close()
    inside.wait_until_none()
    assert watch.seen == []


def log_in(page: Page, person: Person, *, at: str = "/") -> None:
    """Through the door like everybody."""
    if "/people/log_in" not in page.url:
        page.goto(f"/people/log_in?next={at}")
    page.fill('input[name="username"]', person.username)
    page.fill('input[name="password"]', PASSWORD)
    page.press('input[name="password"]', "Enter")
    page.wait_for_url(lambda url: "/people/" not in url)
