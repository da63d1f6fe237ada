"""Every main page for everybody: readable by all, on a phone too, in either language, breaking no rule of its own."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from civicloop.cases.models import Case
from civicloop.cases.operations import settle
from tests.browser.acting import photo, take, the_worker_comes_by
from tests.browser.conftest import Enter
from tests.cast import Cast

WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
COMMON = ["/", "/notifications/", "/people/account", "/standards/kinds/"]
LOOP = ["/cases/", "/cases/map", "/cockpit/", "/divisions/", "/divisions/sites/"]

# person: the pages that are there for them; {state} stands for a case in that state.
PAGES: dict[str, list[str]] = {
    "chen_jing": [
        *COMMON, *LOOP, "/cases/report", "/cases/load", "/cases/{reported}/", "/cases/{reported}/file", "/cases/{reported}/merge",
        "/cases/{reported}/decline", "/cases/{filed}/dispatch", "/cases/{verified}/close", "/cases/{settled}/",
        "/cases/?state=in_hand&due=overdue&q=垃圾",
    ],
    "wang_lei": [
        *COMMON, *LOOP, "/cases/{dispatched}/", "/cases/{dispatched}/hand_back", "/cases/{signed}/", "/cases/{signed}/report_fixed",
    ],
    "li_na": [*COMMON, *LOOP, "/cases/report", "/cases/{fixed}/", "/cases/{fixed}/verify", "/cases/{fixed}/send_back"],
    "third": ["/", "/cases/{closed}/", "/cases/{closed}/relapse"],
    "liu_yang": [*COMMON, *LOOP, "/cockpit/?place=980101"],
    "he_bian": COMMON,
    "system_admin": [*COMMON, "/people/"],
    "security_admin": [*COMMON, "/people/"],
    "auditor": [*COMMON, "/trail/"],
    "nobody": ["/"],
}  # fmt: skip

TOUCHED = "button, .btn, select, summary, .tabbar a"
NOT_TOUCHED = "[type=hidden], [type=checkbox], [type=radio], .visually-hidden"


@pytest.fixture
def cases(cast: Cast, person: str) -> dict[str, Case]:
    """One of each state that the pages of `person` are about."""
    states = {state for page in PAGES[person] for state in re.findall(r"{(\w+)}", page)}
    made = {state: cast.case("looked_back" if state == "settled" else state) for state in sorted(states)}
    if "settled" in made:
        settle(made["settled"], by=cast.chen_jing)
    return made


def addresses(person: str, cases: dict[str, Case]) -> list[str]:
    numbers = {state: case.number for state, case in cases.items()}
    return [page.format(**numbers) for page in PAGES[person]]


def wait_for_maps(page: Page) -> None:
    expect(page.locator("[data-map-box]:not([data-drawn])")).to_have_count(0, timeout=15_000)


@pytest.mark.parametrize("person", sorted(PAGES))
def test_everybody_can_use_their_pages(cast: Cast, enter: Enter, cases: dict[str, Case], person: str) -> None:
    """Axe finds nothing, nothing scrolls sideways on a phone, and (enter sees to it) consoles stay silent."""
    wide, narrow = enter(getattr(cast, person)), enter(getattr(cast, person), width=360)
    found, axe = [], Axe()
    for address in addresses(person, cases):
        answer = wide.goto(address)
        assert answer is not None and answer.status == 200, address
        wait_for_maps(wide)
        for broken in axe.run(wide, options=WCAG).response["violations"]:
            found.append(f"{address}: {broken['id']} {[node['target'] for node in broken['nodes']][:3]}")
        narrow.goto(address)
        wait_for_maps(narrow)
        if (width := narrow.evaluate("document.documentElement.scrollWidth")) > 360:
            found.append(f"{address}: {width} px wide on a phone")
        for small in too_small_to_touch(narrow):
            found.append(f"{address}: too small to touch: {small}")
    assert found == []


def too_small_to_touch(page: Page) -> list[str]:
    """Controls of a phone page that are less than 44 px high, where they stand alone (links in text are text)."""
    found: list[str] = page.eval_on_selector_all(
        f"{TOUCHED}, input:not({NOT_TOUCHED})",
        """all => all
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
        .filter(one => one.getBoundingClientRect().height < 43.5 && !one.closest('.maplibregl-control-container'))
        .map(one => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 20)}`)""",
    )
    return found


def test_the_door_is_open_to_everybody(enter: Enter, cast: Cast) -> None:
    page = enter(cast.nobody)
    page.context.clear_cookies()
    page.goto("/people/log_in")
    assert Axe().run(page, options=WCAG).response["violations"] == []


def test_the_switch_to_english_stays_and_leaves_no_chinese_in_the_frame(cast: Cast, enter: Enter) -> None:
    page = enter(cast.chen_jing)
    page.locator("summary.bar-user").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    for address in ("/", "/cases/", "/cases/report", "/cockpit/"):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        frame = page.locator(".bar-nav").inner_text() + page.locator("h1").inner_text()
        assert not re.search("[一-鿿]", frame), frame


def test_an_english_browser_is_answered_in_chinese_until_its_reader_chooses(cast: Cast, enter: Enter) -> None:
    page = enter(cast.chen_jing, language="en-GB")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_handlers_phone_has_its_next_step_under_the_thumb(cast: Cast, enter: Enter) -> None:
    case = cast.case("signed")
    wang_lei = enter(cast.wang_lei, width=360)
    wang_lei.goto(f"/cases/{case.number}/")
    button = wang_lei.locator(".moves a", has_text="上报整改")
    box = button.bounding_box()
    assert box is not None and box["y"] > 560 and box["height"] >= 44  # in the lower third, without scrolling
    button.click()
    camera = wang_lei.get_by_role("button", name="拍照").bounding_box()
    assert camera is not None and camera["height"] >= 44
    submit = wang_lei.locator(".form-end button").bounding_box()
    assert submit is not None and 560 < submit["y"] < 740 and submit["height"] >= 48


def test_the_keyboard_is_enough_for_a_dispatcher(cast: Cast, enter: Enter) -> None:
    cast.case(text="第一件")
    cast.case(text="第二件")
    page = enter(cast.chen_jing)
    page.goto("/cases/", wait_until="networkidle")  # the script is there
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("第一件")
    page.keyboard.press("/")
    page.keyboard.type("第二件")
    page.keyboard.press("Enter")
    expect(page.locator("table.cases tbody tr")).to_have_count(1)


def test_the_clock_explains_itself(cast: Cast, enter: Enter) -> None:
    case = cast.case("signed")
    page = enter(cast.wang_lei)
    page.goto(f"/cases/{case.number}/")
    expect(page.locator(".clock-left")).to_contain_text("还剩")
    page.get_by_text("期限是怎么算的").click()
    expect(page.locator(".clock ol li").first).to_be_visible()


def test_before_and_after_stand_side_by_side_and_open_large(cast: Cast, enter: Enter) -> None:
    case = cast.case("signed", by=cast.zhou_jie)
    take(enter(cast.wang_lei), case, "上报整改", photos=[photo(2)])
    the_worker_comes_by()
    page = enter(cast.li_na)
    page.goto(f"/cases/{case.number}/")
    expect(page.locator(".pair .photo")).to_have_count(2)
    expect(page.locator(".pair .photo").first).to_contain_text("没有整改前照片")
    page.locator(".pair a[data-photo]").click()
    expect(page.locator("dialog.lightbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lightbox")).to_be_hidden()


def test_the_map_leads_from_a_point_to_its_case(
    cast: Cast, enter: Enter, chromium_with_webgl: Browser
) -> None:
    """In WebGL and in plain SVG alike; a list below holds the same for everyone else."""
    case = cast.case("signed", longitude=118.05, latitude=34.05, division=cast.division["980101"])
    for page, drawn, mark in (
        (enter(cast.li_na, browser=chromium_with_webgl), "gl", ".map-dot"),
        (enter(cast.li_na), "svg", "svg a:has(.place)"),
    ):
        page.goto("/cases/map")
        expect(page.locator(f'[data-map-box][data-drawn="{drawn}"]')).to_be_visible(timeout=20_000)
        page.get_by_text("用列表看").last.click()
        expect(page.locator(".map-list li")).to_contain_text(case.number)
        page.locator(f".map-box {mark}").click()
        expect(page).to_have_url(re.compile(f"/cases/{case.number}/$"))


def test_choosing_a_district_in_a_filter_stays_on_the_list(cast: Cast, enter: Enter) -> None:
    page = enter(cast.chen_jing)
    page.goto("/divisions/sites/", wait_until="networkidle")
    expect(page).to_have_url(re.compile("/divisions/sites/$"))
    expect(page.locator("#sites")).to_have_count(1)
