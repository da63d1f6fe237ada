"""python -m shots: pictures of every page, for every role, at three widths, into shots/out.

    python -m shots [--address http://127.0.0.1:8000] [--role handler …] [--width 360 …] [--only /cases …]

Nobody lists the pages here: each role starts at home and follows the links, one page of each kind (cases:
one of each state).  Needs a running trial (`make run`).  Ends with 1 where a page wrote an error to the console.
"""

import argparse
import os
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import django
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

OUT = Path(__file__).parent / "out"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
HEIGHTS = {360: 740, 1280: 800, 1920: 1080}
TRIES_OF_A_KIND = 25  # so many cases are opened in search of states not seen yet
# What leads out of the page, changes something, or is no page.
LEFT_OUT = re.compile(r"^/(api|evidence|static|language|people/log_out)\b|\.(geojson|xlsx|csv|json)$")
NUMBER = re.compile(r"^(\d{4}-\d{6}|[0-9a-f-]{36}|\d+|[A-Z]{2,}[0-9-]+)$")


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; returns 1 where the console of a page held errors."""
    parser = argparse.ArgumentParser(
        "shots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--role", action="append", help="user names; all of the sample city otherwise")
    parser.add_argument("--width", type=int, action="append", help="360, 1280, 1920 otherwise")
    parser.add_argument("--only", action="append", help="only pages below this path")
    parser.add_argument("--language", default="zh-CN", help="of the browser: zh-CN or en")
    asked = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    django.setup()
    from civicloop.demo import logins

    address = asked.address.rstrip("/")
    troubles = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _role, username, password in logins():
            if asked.role and username not in asked.role:
                continue
            context = browser.new_context(locale=asked.language, viewport={"width": 1280, "height": 800})
            _log_in(context, address, username, password)
            errors: list[str] = []
            for name, page in _pages(context, address, asked.only or ["/"], errors):
                for width in asked.width or list(HEIGHTS):
                    _shoot(page, OUT / str(width) / username / f"{name}.png", width)
                sys.stdout.write(f"  {username:<12} {name}\n")
            for error in errors:
                sys.stdout.write(f"! {username:<12} {error}\n")
            troubles += len(errors)
            context.close()
        browser.close()
    return 1 if troubles else 0


def _log_in(context: BrowserContext, address: str, username: str, password: str) -> None:
    page = context.new_page()
    page.goto(f"{address}/people/log_in")
    page.fill('input[name="username"]', username)
    page.fill('input[name="password"]', password)
    page.press('input[name="password"]', "Enter")
    page.wait_for_url(lambda url: "log_in" not in url)
    page.close()


def _pages(
    context: BrowserContext, address: str, below: Sequence[str], errors: list[str]
) -> Iterator[tuple[str, Page]]:
    """Every kind of page that the links lead to, loaded at desktop width, with a name for its file."""
    page = context.new_page()
    page.on("console", lambda message: _note(message, page, errors))
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    waiting, asked, shown, opened = deque(["/"]), {"/"}, set[str](), dict[str, int]()
    while waiting:
        path = waiting.popleft()
        kind = _kind(path)
        opened[kind] = opened.get(kind, 0) + 1
        if opened[kind] > (TRIES_OF_A_KIND if kind == "cases-1" else 1):
            continue
        page.set_viewport_size({"width": 1280, "height": 800})
        response = page.goto(urljoin(address, path))
        if response is not None and response.status >= 400:
            errors.append(f"{path}: {response.status}")
        for href in page.eval_on_selector_all(
            "main a[href], header a[href]",
            "all => all.map(a => new URL(a.getAttribute('href'), location).href)",
        ):
            there = urlsplit(href)
            if (
                f"{there.scheme}://{there.netloc}" != address
                or LEFT_OUT.search(there.path)
                or there.path in asked
            ):
                continue
            asked.add(there.path)
            waiting.append(there.path)
        name = (
            kind
            if kind != "cases-1"
            else f"case-{page.locator('[data-state-of-case]').get_attribute('data-state-of-case')}"
        )
        if name not in shown and any(path.startswith(one) for one in below):
            shown.add(name)
            yield name, page


def _kind(path: str) -> str:
    steps = ["1" if NUMBER.match(step) else step for step in path.strip("/").split("/") if step]
    return "-".join(steps) or "home"


def _note(message: ConsoleMessage, page: Page, errors: list[str]) -> None:
    if message.type == "error" or "Content Security Policy" in message.text:
        errors.append(f"{page.url}: {message.text}")


def _shoot(page: Page, file: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
    if page.locator("[data-map-box]").count():
        page.reload()  # a map is drawn for the width that it finds
        expect(page.locator("[data-map-box]:not([data-drawn])")).to_have_count(0, timeout=20_000)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True, animations="disabled")


if __name__ == "__main__":
    sys.exit(main())
