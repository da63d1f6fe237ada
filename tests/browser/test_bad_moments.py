"""What goes wrong on ordinary days: a clear sentence, one winner, nothing lost, nothing half done."""

import re
import zlib

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import FilePayload, Page, expect

from civicloop.cases.models import Case, CasePhoto
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.tests.hostile import png_of
from civicloop.kernel.trail.models import Entry
from civicloop.people.models import Role
from tests.browser.acting import fill_and_send, open_case, photo, send, take
from tests.browser.conftest import Enter, log_in
from tests.cast import Cast


def entries(case: Case) -> int:
    return Entry.objects.filter(about_kind="cases.case", about_id=case.pk).count()


def type_reason(page: Page, case: Case, move: str, words: str) -> None:
    page.goto(f"/cases/{case.number}/{move}")
    page.locator('[name="reason"]').fill(words)


def test_an_ended_session_costs_a_log_in_and_no_words(cast: Cast, enter: Enter) -> None:
    case = cast.case("dispatched")
    wang_lei = enter(cast.wang_lei, width=360)
    type_reason(wang_lei, case, "hand_back", "这段路由街道负责保洁")
    Session.objects.all().delete()
    before = entries(case)

    send(wang_lei)
    expect(wang_lei).to_have_url(re.compile("/people/log_in"))
    log_in(wang_lei, cast.wang_lei)

    expect(wang_lei).to_have_url(re.compile(f"/cases/{case.number}/hand_back"))
    expect(wang_lei.locator('[name="reason"]')).to_have_value("这段路由街道负责保洁")
    expect(wang_lei.locator(".messages")).to_contain_text("已为您保留")
    assert entries(case) == before
    send(wang_lei)
    case.refresh_from_db()
    assert case.state == "filed"


def test_nobody_else_finds_what_was_typed_when_the_session_ended(cast: Cast, enter: Enter) -> None:
    case = cast.case("dispatched")
    page = enter(cast.wang_lei)
    type_reason(page, case, "hand_back", "只有我该看到的话")
    Session.objects.all().delete()
    send(page)
    log_in(page, cast.chen_jing)
    page.goto(f"/cases/{case.number}/hand_back")
    assert "只有我该看到的话" not in page.content()


def test_of_two_dispatchers_one_wins_and_the_other_reads_what_happened(cast: Cast, enter: Enter) -> None:
    case = cast.case("filed")
    xu_qing = cast.person("xu_qing", "许青", cast.office, Role.DISPATCHER, "9801")
    chen_jing, other = enter(cast.chen_jing), enter(xu_qing)
    for page in (chen_jing, other):
        page.goto(f"/cases/{case.number}/dispatch")
    fill_and_send(chen_jing, unit="市城管局")
    before = entries(case)

    other.locator('[name="note"]').fill("请街道先行清理")
    fill_and_send(other, unit="东街街道办事处")

    expect(other.get_by_role("alert")).to_contain_text("陈静")
    expect(other.locator("main")).to_contain_text("请街道先行清理")  # typed words stay on the page
    case.refresh_from_db()
    assert (case.unit, entries(case)) == (cast.city_management, before)
    other.get_by_role("link", name="查看案件最新情况").click()
    expect(other.locator("main")).to_contain_text("市城管局")


def test_a_stale_page_decides_nothing(cast: Cast, enter: Enter) -> None:
    """Fixed, sent back and fixed again while the inspector looked at the first fix."""
    case = cast.case("fixed")
    li_na = enter(cast.li_na, width=360)
    li_na.goto(f"/cases/{case.number}/verify")
    take(enter(cast.third), case, "返工", reason="地面仍有污渍")
    take(enter(cast.wang_lei), case, "上报整改", no_photo_because="雨夜")
    before = entries(case)

    send(li_na)

    expect(li_na.get_by_role("alert")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, entries(case)) == ("fixed", before)


@pytest.mark.parametrize("js", [True, False], ids=["with the script", "without"])
def test_a_double_click_reports_once(cast: Cast, enter: Enter, js: bool) -> None:
    page = enter(cast.li_na, js=js)
    page.goto("/cases/report")
    page.locator('[name="text"]').fill("井盖松动")
    page.locator('[name="division"]').fill("980101001001")
    page.locator(".form-end button").dblclick()
    expect(page).to_have_url(re.compile(r"/cases/\d{4}-\d{6}/$"))
    assert Case.objects.count() == 1


def test_going_back_and_sending_again_reports_once(cast: Cast, enter: Enter) -> None:
    page = enter(cast.li_na, js=False)
    page.goto("/cases/report")
    fill_and_send(page, text="井盖松动", division="980101001001")
    page.go_back()
    send(page)
    assert Case.objects.count() == 1


NOT_PHOTOS: list[tuple[str, FilePayload]] = [
    ("不是照片", {"name": "清单.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7\n1 0 obj\n"}),
    ("破损", {"name": "破损.jpg", "mimeType": "image/jpeg", "buffer": photo(1)["buffer"][:900]}),
    (
        "太大",
        {
            "name": "巨幅.png",
            "mimeType": "image/png",
            "buffer": png_of(64_000, 64_000, zlib.compress(b"\0" * 1000)),
        },
    ),
]


@pytest.mark.parametrize("file", [one for _name, one in NOT_PHOTOS], ids=[name for name, _one in NOT_PHOTOS])
def test_a_file_that_is_no_photo_is_named_and_the_words_stay(
    cast: Cast, enter: Enter, file: FilePayload
) -> None:
    li_na = enter(cast.li_na, width=360)
    li_na.goto("/cases/report")
    fill_and_send(li_na, text="桥洞积水", division="980101001001", photos=[file])

    expect(li_na.get_by_role("alert").first).to_contain_text(file["name"])
    expect(li_na.locator('[name="text"]')).to_have_value("桥洞积水")
    expect(li_na.locator('[name="division"]')).to_have_value("980101001001")
    assert (Case.objects.count(), Evidence.objects.count()) == (0, 0)
    fill_and_send(li_na, photos=[photo(2)])
    assert CasePhoto.objects.count() == 1


def test_a_good_photo_needs_no_second_upload_when_something_else_was_wrong(cast: Cast, enter: Enter) -> None:
    li_na = enter(cast.li_na, width=360)
    li_na.goto("/cases/report")
    fill_and_send(li_na, text="路灯不亮", photos=[photo(7)])  # neither division nor position

    expect(li_na.get_by_role("alert").first).to_be_visible()
    expect(li_na.locator("form.hand-form")).to_contain_text("已保留 1 张照片")
    assert Case.objects.count() == 0
    fill_and_send(li_na, division="980101001001")
    assert Case.objects.get().photos.count() == 1
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("longitude", "latitude"), [("0", "0"), ("120.5", "31.0"), ("34.05", "118.05"), ("118.05", "")],
    ids=["null island", "outside every district", "swapped", "half a position"],
)  # fmt: skip
def test_a_position_that_cannot_be_is_refused_with_a_sentence(
    cast: Cast, enter: Enter, longitude: str, latitude: str
) -> None:
    page = enter(cast.li_na)
    page.goto("/cases/report")
    fill_and_send(page, text="标线磨损", longitude=longitude, latitude=latitude)
    expect(page.locator('[name="text"]')).to_have_value("标线磨损")
    assert re.search("[一-鿿]{6,}", page.get_by_role("alert").first.inner_text())
    assert Case.objects.count() == 0


def test_a_stranger_finds_no_case_by_address_search_or_map(cast: Cast, enter: Enter) -> None:
    case = cast.case("signed", longitude=118.05, latitude=34.05, division=cast.division["980101"])
    page = enter(cast.stranger_dispatcher)
    answer = page.goto(f"/cases/{case.number}/")
    assert answer is not None and answer.status == 404
    page.goto(f"/cases/?q={case.number}")
    expect(page.locator("main")).to_contain_text("没有符合条件的案件")
    assert page.request.get("/cases/points.geojson").json()["features"] == []


def test_a_filter_that_cannot_be_read_lists_nothing_and_says_so(cast: Cast, enter: Enter) -> None:
    cast.case()
    page = enter(cast.chen_jing)
    page.goto("/cases/?place=不存在的地方")
    expect(page.locator("#cases")).to_contain_text("有一个条件看不懂")
    expect(page.locator("table.cases")).to_have_count(0)


def test_a_handler_may_see_but_not_take_a_step_that_is_over(cast: Cast, enter: Enter) -> None:
    case = cast.case("fixed")
    wang_lei = enter(cast.wang_lei)
    wang_lei.goto(f"/cases/{case.number}/report_fixed")
    expect(wang_lei.get_by_role("alert")).to_contain_text("待核查")
    expect(wang_lei.locator("form.hand-form")).to_have_count(0)
    open_case(wang_lei, case)
    expect(wang_lei.locator(".moves")).to_have_count(0)
